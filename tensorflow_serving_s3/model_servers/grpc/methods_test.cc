// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/methods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model_management.pb.h"
#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_methods_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

namespace tfs3::grpc {
namespace {

using tensorflow::serving::GetModelStatusRequest;
using tensorflow::serving::GetModelStatusResponse;
using tensorflow::serving::ModelVersionStatus;
using tensorflow::serving::ReloadConfigRequest;
using tensorflow::serving::ReloadConfigResponse;
using testing::HasSubstr;

constexpr char kReloadConfig[] =
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest";
constexpr char kGetModelStatus[] =
    "/tensorflow.serving.ModelService/GetModelStatus";

// Refuses a configuration with a model named "bad". Counts the calls in a
// metric of TensorFlow.
class FakeReloader final : public ConfigReloader {
 public:
  absl::Status ApplyConfig(
      const tensorflow::serving::ModelServerConfig& /*config*/) override {
    ADD_FAILURE() << "the caller does not wait for the models";
    return absl::OkStatus();
  }
  absl::Status ReloadConfig(
      const tensorflow::serving::ModelServerConfig& config, absl::Time deadline,
      const std::function<bool()>& cancelled) override {
    static auto* const reloads =
        tensorflow::monitoring::Counter<0>::New("/test/reloads", "");
    reloads->GetCell()->IncrementBy(1);
    deadline_ = deadline;
    EXPECT_FALSE(cancelled());
    if (config.model_config_list().config(0).name() == "bad") {
      return absl::FailedPreconditionError("\"bad\" is bad");
    }
    return absl::OkStatus();
  }
  absl::Time deadline() const { return deadline_; }

 private:
  absl::Time deadline_;
};

class MethodsTest : public GrpcMethodsTest {
 protected:
  void SetUp() override {
    Start(MakeMethods(models_, &reloader_, ModelMethodOptions()));
  }

  FakeReloader reloader_;
};

TEST_F(MethodsTest, HasTheModelMethods) {
  EXPECT_THAT(client_->Call("/tensorflow.serving.PredictionService/Predict", "")
                  .message,
              HasSubstr("set model_spec.name"));
}

TEST_F(MethodsTest, GetModelStatusReturnsVersions) {
  GetModelStatusRequest request;
  request.mutable_model_spec()->set_name("many_types");

  const CallResult result = Call(kGetModelStatus, request);

  ASSERT_EQ(result.code, 0) << result.message;
  GetModelStatusResponse response;
  ASSERT_TRUE(response.ParseFromString(result.payload));
  EXPECT_EQ(response.model_version_status(0).state(),
            ModelVersionStatus::AVAILABLE);
}

TEST_F(MethodsTest, GetModelStatusWithoutAModelSpecIsInvalidArgument) {
  const CallResult result = client_->Call(kGetModelStatus, "");

  EXPECT_EQ(result.code, kInvalidArgument);
  EXPECT_THAT(result.message, HasSubstr("set model_spec.name"));
}

TEST_F(MethodsTest, GetModelStatusReturnsErrors) {
  GetModelStatusRequest request;
  request.mutable_model_spec()->set_name("third");

  ExpectError(
      kGetModelStatus, request,
      absl::NotFoundError("Servable not found for request: Latest(third)"));
}

ReloadConfigRequest ReloadTo(const std::string& name) {
  ReloadConfigRequest request;
  request.mutable_config()->mutable_model_config_list()->add_config()->set_name(
      name);
  return request;
}

TEST_F(MethodsTest, ReloadConfigReturnsTheIncreaseOfMetrics) {
  Call(kReloadConfig, ReloadTo("good"));  // Creates the metric.
  ReloadConfigRequest request = ReloadTo("good");
  request.add_metric_names("/test/reloads");

  const CallResult result = Call(kReloadConfig, request);

  EXPECT_EQ(result.code, 0) << result.message;
  ReloadConfigResponse response;
  ASSERT_TRUE(response.ParseFromString(result.payload));
  EXPECT_EQ(response.status().error_code(), tensorflow::error::OK);
  ASSERT_EQ(response.metric_size(), 1);
  EXPECT_EQ(response.metric(0).name(), "/test/reloads");
  EXPECT_EQ(response.metric(0).int64_value_increase(), 1);
}

TEST_F(MethodsTest, ReloadConfigAnswersShortlyBeforeTheDeadline) {
  CallOptions options;
  // gRPC rounds longer timeouts up by more than the time for the response.
  options.timeout = std::chrono::seconds(9);
  const absl::Time before = absl::Now();

  EXPECT_EQ(Call(kReloadConfig, ReloadTo("good"), options).code, 0);

  EXPECT_LT(reloader_.deadline(), absl::Now() + absl::Seconds(9));
  EXPECT_GT(reloader_.deadline(), before + absl::Seconds(8));
}

TEST_F(MethodsTest, ReloadConfigWithoutADeadlineWaitsForAllModels) {
  Call(kReloadConfig, ReloadTo("good"));

  EXPECT_EQ(reloader_.deadline(), absl::InfiniteFuture());
}

TEST_F(MethodsTest, ReloadConfigReturnsErrors) {
  const CallResult result = Call(kReloadConfig, ReloadTo("bad"));

  EXPECT_EQ(result.code,
            static_cast<int>(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(result.message, "\"bad\" is bad");
}

TEST_F(MethodsTest, ReloadConfigWithAnUnknownMetricChangesNothing) {
  ReloadConfigRequest request = ReloadTo("bad");
  request.add_metric_names("/no/such/metric");

  const CallResult result = Call(kReloadConfig, request);

  EXPECT_EQ(result.code, static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(result.message, HasSubstr("/no/such/metric"));
}

}  // namespace
}  // namespace tfs3::grpc
