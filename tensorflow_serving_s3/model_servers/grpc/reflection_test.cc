// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/reflection.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "grpc_reflection/v1alpha/reflection.pb.h"
#include "gtest/gtest.h"

namespace tfs3::grpc {
namespace {

using ::grpc::reflection::v1alpha::ServerReflectionRequest;
using ::grpc::reflection::v1alpha::ServerReflectionResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPredictionService[] = "tensorflow.serving.PredictionService";

std::optional<std::string> Ask(const std::string& message) {
  const StreamTable streams = MakeReflection({kPredictionService});
  const StreamHandler& handler = streams.at(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  return handler({{message.data(), message.size()}});
}

ServerReflectionResponse Ask(const ServerReflectionRequest& request) {
  ServerReflectionResponse response;
  const std::optional<std::string> result = Ask(request.SerializeAsString());
  EXPECT_TRUE(result.has_value() && response.ParseFromString(*result));
  return response;
}

TEST(ReflectionTest, ListsTheServices) {
  ServerReflectionRequest request;
  request.set_host("here");
  request.set_list_services("");
  const ServerReflectionResponse response = Ask(request);
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, ElementsAre(kPredictionService,
                                 "grpc.reflection.v1alpha.ServerReflection"));
  EXPECT_EQ(response.valid_host(), "here");
  EXPECT_EQ(response.original_request().host(), "here");
}

// A client without any definition can build every message of a service.
TEST(ReflectionTest, AServiceHasAllFilesThatItNeeds) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol(kPredictionService);
  const ServerReflectionResponse response = Ask(request);
  google::protobuf::SimpleDescriptorDatabase files;
  for (const std::string& file :
       response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto proto;
    ASSERT_TRUE(proto.ParseFromString(file));
    ASSERT_TRUE(files.Add(proto)) << proto.name() << " came twice";
  }
  google::protobuf::DescriptorPool pool(&files);
  const auto* service = pool.FindServiceByName(kPredictionService);
  ASSERT_NE(service, nullptr);
  const auto* predict = service->FindMethodByName("Predict");
  ASSERT_NE(predict, nullptr);
  const auto* inputs = predict->input_type()->FindFieldByName("inputs");
  ASSERT_NE(inputs, nullptr);
  EXPECT_EQ(
      inputs->message_type()->FindFieldByNumber(2)->message_type()->full_name(),
      "tensorflow.TensorProto");
}

TEST(ReflectionTest, AFileIsFoundByItsName) {
  ServerReflectionRequest request;
  request.set_file_by_filename("tensorflow_serving/apis/model.proto");
  EXPECT_GT(
      Ask(request).file_descriptor_response().file_descriptor_proto_size(), 0);
}

TEST(ReflectionTest, ErrorsNameTheUnknownThing) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("example.None");
  EXPECT_EQ(Ask(request).error_response().error_code(), 5);
  EXPECT_THAT(Ask(request).error_response().error_message(),
              HasSubstr("no symbol example.None"));
  request.set_file_by_filename("none.proto");
  EXPECT_THAT(Ask(request).error_response().error_message(),
              HasSubstr("no file none.proto"));
  request.set_all_extension_numbers_of_type("example.None");
  EXPECT_THAT(Ask(request).error_response().error_message(),
              HasSubstr("no message example.None"));
  request.mutable_file_containing_extension()->set_containing_type("x.Y");
  request.mutable_file_containing_extension()->set_extension_number(7);
  EXPECT_THAT(Ask(request).error_response().error_message(),
              HasSubstr("no extension 7 of x.Y"));
}

TEST(ReflectionTest, ExtensionsAreListed) {
  ServerReflectionRequest request;
  request.set_all_extension_numbers_of_type("tensorflow.TensorProto");
  const ServerReflectionResponse response = Ask(request);
  EXPECT_EQ(response.all_extension_numbers_response().base_type_name(),
            "tensorflow.TensorProto");
}

TEST(ReflectionTest, InvalidRequestsAreErrors) {
  EXPECT_EQ(Ask(ServerReflectionRequest()).error_response().error_code(), 3);
  EXPECT_EQ(Ask(std::string("\xff\xff")), std::nullopt);
}

}  // namespace
}  // namespace tfs3::grpc
