// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/model_methods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "google/protobuf/message_lite.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_methods_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/request_logger_test_util.h"

namespace tfs3::grpc {
namespace {

using tensorflow::TensorProto;
using tensorflow::serving::GetModelMetadataRequest;
using tensorflow::serving::GetModelMetadataResponse;
using tensorflow::serving::ModelSpec;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kPredict[] = "/tensorflow.serving.PredictionService/Predict";
constexpr char kGetModelMetadata[] =
    "/tensorflow.serving.PredictionService/GetModelMetadata";

class ModelMethodsTest : public GrpcMethodsTest {
 protected:
  void SetUp() override { StartWith(ModelMethodOptions()); }

  void StartWith(const ModelMethodOptions& options) {
    Start(MakeModelMethods(models_, options));
  }

  PredictResponse Predict(const PredictRequest& request) {
    const CallResult result = Call(kPredict, request);
    EXPECT_EQ(result.code, 0) << result.message;
    PredictResponse response;
    EXPECT_TRUE(response.ParseFromString(result.payload));
    return response;
  }

  static PredictRequest HalfRequest(int size = 1) {
    PredictRequest request;
    request.mutable_model_spec()->set_name("half_plus_three");
    TensorProto& x = (*request.mutable_inputs())["x"];
    x.set_dtype(tensorflow::DT_FLOAT);
    x.mutable_tensor_shape()->add_dim()->set_size(size);
    for (int i = 0; i < size; ++i) {
      x.add_float_val(i);
    }
    return request;
  }
};

TEST_F(ModelMethodsTest, PredictsOnWorkersAndOnGrpcThreads) {
  // On a worker at first, later on the threads of the connections.
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Predict(HalfRequest(2)).outputs().at("y").float_val(),
                ElementsAre(3, 3.5));
  }
}

TEST_F(ModelMethodsTest, PredictsFromLargeRequests) {
  constexpr int kSize = 1'000'000;

  const PredictResponse response = Predict(HalfRequest(kSize));

  const TensorProto& y = response.outputs().at("y");
  ASSERT_EQ(y.float_val_size(), kSize);
  EXPECT_EQ(y.float_val(kSize - 1), (kSize - 1) * 0.5f + 3);
}

TEST_F(ModelMethodsTest, LargeTensorsMayBeInTensorContent) {
  constexpr int kSize = 1'000'000;
  ModelMethodOptions options;
  options.encoding = TensorEncoding::kContent;
  StartWith(options);
  PredictRequest request = HalfRequest(kSize);
  TensorProto& x = request.mutable_inputs()->at("x");
  x.set_tensor_content(x.float_val().data(), kSize * sizeof(float));
  x.clear_float_val();

  const PredictResponse response = Predict(request);

  const std::string& y = response.outputs().at("y").tensor_content();
  ASSERT_EQ(y.size(), kSize * sizeof(float));
  float last = 0;
  std::memcpy(&last, y.data() + y.size() - sizeof last, sizeof last);
  EXPECT_EQ(last, (kSize - 1) * 0.5f + 3);
}

TEST_F(ModelMethodsTest, TheLastOfTwoTensorsOfOneAliasIsUsed) {
  const std::string twice = HalfRequest(100'000).SerializeAsString() +
                            HalfRequest(2).SerializeAsString();

  const CallResult result = client_->Call(kPredict, twice);

  PredictResponse response;
  ASSERT_TRUE(response.ParseFromString(result.payload)) << result.message;
  EXPECT_THAT(response.outputs().at("y").float_val(), ElementsAre(3, 3.5));
}

TEST_F(ModelMethodsTest, PredictReturnsTheEffectiveModelSpec) {
  const ModelSpec spec = Predict(HalfRequest()).model_spec();

  EXPECT_EQ(spec.name(), "half_plus_three");
  EXPECT_EQ(spec.version().value(), 7);
  EXPECT_EQ(spec.signature_name(), "serving_default");
}

TEST_F(ModelMethodsTest, PredictWritesTensorContentIfEnabled) {
  ModelMethodOptions options;
  options.encoding = TensorEncoding::kContent;
  StartWith(options);

  EXPECT_EQ(Predict(HalfRequest(2)).outputs().at("y").tensor_content().size(),
            2 * sizeof(float));
}

TEST_F(ModelMethodsTest, PredictStopsAtTheClientsDeadline) {
  PredictRequest request;
  request.mutable_model_spec()->set_name("many_types");
  request.mutable_model_spec()->set_signature_name("wait");
  TensorProto& loops = (*request.mutable_inputs())["loops"];
  loops.set_dtype(tensorflow::DT_INT64);
  loops.mutable_tensor_shape();
  loops.add_int64_val(std::numeric_limits<int64_t>::max());
  CallOptions options;
  options.timeout = std::chrono::milliseconds(100);

  const CallResult result = Call(kPredict, request, options);

  // TearDown checks that the run has ended on the server too.
  EXPECT_EQ(result.code, static_cast<int>(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ModelMethodsTest, PredictReturnsErrors) {
  PredictRequest unknown_model = HalfRequest();
  unknown_model.mutable_model_spec()->set_name("third");
  ExpectError(
      kPredict, unknown_model,
      absl::NotFoundError("Servable not found for request: Latest(third)"));

  PredictRequest unknown_signature = HalfRequest();
  unknown_signature.mutable_model_spec()->set_signature_name("guess");
  ExpectError(kPredict, unknown_signature,
              absl::FailedPreconditionError("the model has no signature "
                                            "\"guess\"; it has: "
                                            "serving_default"));

  PredictRequest missing_input = HalfRequest();
  missing_input.clear_inputs();
  ExpectError(kPredict, missing_input,
              absl::InvalidArgumentError("wrong inputs for signature "
                                         "\"serving_default\", which takes: x; "
                                         "missing: x"));

  PredictRequest wrong = HalfRequest();
  tensorflow::TensorProto& x = (*wrong.mutable_inputs())["x"];
  x.set_dtype(tensorflow::DT_INT32);
  x.clear_float_val();
  x.add_int_val(1);
  const CallResult result = client_->Call(kPredict, wrong.SerializeAsString());
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.message,
              HasSubstr("(input \"x\" is int32 [1], declared float [?])"));
}

TEST_F(ModelMethodsTest, AnInvalidMessageIsInvalidArgument) {
  for (const std::string size : {"small", "big"}) {
    const CallResult result = client_->Call(
        kPredict, std::string(size == "big" ? 1 << 20 : 10, '\xff'));

    EXPECT_EQ(result.code, 3);
    EXPECT_EQ(result.message,
              "the request is not a tensorflow.serving.PredictRequest");
  }
}

TEST_F(ModelMethodsTest, ARequestWithoutAModelSpecIsInvalidArgument) {
  for (const std::string method : {kPredict, kGetModelMetadata}) {
    const CallResult result = client_->Call(method, "");

    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.message, HasSubstr("set model_spec.name"));
  }
}

TEST_F(ModelMethodsTest, LogsSuccessfulPredictions) {
  LoggedModel log("half_plus_three");
  ModelMethodOptions options;
  options.request_logger = log.logger();
  StartWith(options);
  const PredictResponse response = Predict(HalfRequest(3));
  PredictRequest refused = HalfRequest();
  refused.clear_inputs();
  EXPECT_NE(Call(kPredict, refused).code, 0);
  PredictRequest other = HalfRequest();
  other.mutable_model_spec()->set_name("many_types");
  EXPECT_NE(Call(kPredict, other).code, 0);
  const auto logs = log.Read();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(logs[0].predict_log().request().SerializeAsString(),
            HalfRequest(3).SerializeAsString());
  EXPECT_EQ(logs[0].predict_log().response().SerializeAsString(),
            response.SerializeAsString());
  EXPECT_EQ(logs[0].log_metadata().model_spec().version().value(), 7);
  server_.reset();
}

TEST_F(ModelMethodsTest, LogsLargeTensors) {
  constexpr int kSize = 100'000;
  LoggedModel log("half_plus_three");
  ModelMethodOptions options;
  options.request_logger = log.logger();
  StartWith(options);

  const PredictResponse response = Predict(HalfRequest(kSize));

  const auto logs = log.Read();
  ASSERT_EQ(logs.size(), 1u);
  const auto& predict = logs[0].predict_log();
  EXPECT_EQ(predict.request().inputs().at("x").float_val_size(), kSize);
  EXPECT_EQ(predict.response().outputs().at("y").float_val_size(), kSize);
  EXPECT_EQ(predict.response().model_spec().name(), "half_plus_three");
  server_.reset();
}

TEST_F(ModelMethodsTest, DoesNotLogMetadataRequests) {
  LoggedModel log("half_plus_three");
  ModelMethodOptions options;
  options.request_logger = log.logger();
  StartWith(options);
  GetModelMetadataRequest request;
  request.mutable_model_spec()->set_name("half_plus_three");
  request.add_metadata_field("signature_def");
  EXPECT_EQ(Call(kGetModelMetadata, request).code, 0);
  EXPECT_TRUE(log.Read().empty());
  server_.reset();
}

TEST_F(ModelMethodsTest, GetModelMetadataReturnsSignatures) {
  GetModelMetadataRequest request;
  request.mutable_model_spec()->set_name("half_plus_three");
  request.add_metadata_field("signature_def");

  const CallResult result = Call(kGetModelMetadata, request);

  ASSERT_EQ(result.code, 0) << result.message;
  GetModelMetadataResponse response;
  ASSERT_TRUE(response.ParseFromString(result.payload));
  EXPECT_EQ(response.model_spec().version().value(), 7);
  EXPECT_TRUE(response.metadata().contains("signature_def"));
}

TEST_F(ModelMethodsTest, GetModelMetadataReturnsErrors) {
  GetModelMetadataRequest request;
  request.mutable_model_spec()->set_name("half_plus_three");
  ExpectError(kGetModelMetadata, request,
              absl::InvalidArgumentError(
                  "metadata_field is empty; ask for \"signature_def\""));

  request.mutable_model_spec()->set_name("third");
  ExpectError(
      kGetModelMetadata, request,
      absl::NotFoundError("Servable not found for request: Latest(third)"));
}

// The parsed messages take much more memory than their bytes.
TEST_F(ModelMethodsTest, ParsingChargesTheMemoryOfTheMessage) {
  constexpr char kRegress[] = "/tensorflow.serving.PredictionService/Regress";
  tensorflow::serving::RegressionRequest examples;
  examples.mutable_model_spec()->set_name("half_plus_three");
  for (int i = 0; i < 2'000'000; ++i) {
    examples.mutable_input()->mutable_example_list()->add_examples();
  }
  PredictRequest strings;
  strings.mutable_model_spec()->set_name("half_plus_three");
  TensorProto& x = (*strings.mutable_inputs())["x"];
  x.set_dtype(tensorflow::DT_STRING);
  for (int i = 0; i < 2'000'000; ++i) {
    x.add_string_val("");
  }
  PredictRequest integers;
  integers.mutable_model_spec()->set_name("half_plus_three");
  TensorProto& y = (*integers.mutable_inputs())["x"];
  y.set_dtype(tensorflow::DT_INT64);
  for (int i = 0; i < 8'000'000; ++i) {
    y.add_int64_val(1);
  }
  for (const auto& [method, request] : std::initializer_list<
           std::pair<const char*, const google::protobuf::MessageLite*>>{
           {kRegress, &examples},
           {kPredict, &strings},
           {kPredict, &integers}}) {
    ASSERT_LT(request->ByteSizeLong(), 10'000'000);
    const CallResult result = Call(method, *request);
    EXPECT_EQ(result.code,
              static_cast<int>(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(result.message, HasSubstr("--request_memory_mib"));
  }
}

TEST_F(ModelMethodsTest, TensorsAndTheResponseAreCharged) {
  constexpr int kSize = 200'000;
  constexpr int64_t kBytes = 4 * kSize;
  // The call needs memory for two copies: the bytes of the request, which are
  // the memory of the input tensor too, and the output tensor.
  const int64_t limit = memory_.limit() - memory_.limit() / 16;
  RequestMemory::Charge others(&memory_);
  others.Grow(limit - kBytes - kBytes / 2);
  const CallResult refused = Call(kPredict, HalfRequest(kSize));
  EXPECT_EQ(refused.code,
            static_cast<int>(absl::StatusCode::kResourceExhausted));

  others.ShrinkTo(limit - 2 * kBytes - kBytes / 2);
  EXPECT_EQ(Predict(HalfRequest(kSize)).outputs().at("y").float_val_size(),
            kSize);
}

}  // namespace
}  // namespace tfs3::grpc
