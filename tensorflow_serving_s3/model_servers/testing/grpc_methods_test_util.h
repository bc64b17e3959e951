// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_METHODS_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_METHODS_TEST_UTIL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/testing/fake_model_lookup.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"

namespace tfs3::grpc {

// A server of methods that use a FakeModelLookup, and a client that calls them.
class GrpcMethodsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { models_ = new FakeModelLookup(); }
  static void TearDownTestSuite() { delete models_; }

  void TearDown() override {
    server_.reset();
    EXPECT_EQ(models_->handles(), 0) << "calls have not released handles";
    EXPECT_EQ(memory_.used(), 0) << "calls have not released memory";
  }

  void Start(MethodTable methods) {
    ServerOptions options = Loopback();
    options.memory = &memory_;
    options.find_numbers = FindNumbers;
    server_ = StartServer(options, std::move(methods));
    client_ = std::make_unique<TestingClient>(AddressOf(*server_));
  }

  CallResult Call(const std::string& method,
                  const google::protobuf::MessageLite& request,
                  const CallOptions& options = {}) {
    return client_->Call(method, request.SerializeAsString(), options);
  }

  void ExpectError(const std::string& method,
                   const google::protobuf::MessageLite& request,
                   const absl::Status& error) {
    const CallResult result = Call(method, request);
    EXPECT_EQ(absl::Status(static_cast<absl::StatusCode>(result.code),
                           result.message),
              error);
  }

  static inline FakeModelLookup* models_ = nullptr;
  RequestMemory memory_{int64_t{64} << 20};
  std::unique_ptr<Server> server_;
  std::unique_ptr<TestingClient> client_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_METHODS_TEST_UTIL_H_
