// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/methods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving/apis/model_management.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/request_logger_test_util.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3::grpc {
namespace {

using tensorflow::TensorProto;
using tensorflow::serving::GetModelMetadataRequest;
using tensorflow::serving::GetModelMetadataResponse;
using tensorflow::serving::GetModelStatusRequest;
using tensorflow::serving::GetModelStatusResponse;
using tensorflow::serving::ModelSpec;
using tensorflow::serving::ModelVersionStatus;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;
using tensorflow::serving::ReloadConfigRequest;
using tensorflow::serving::ReloadConfigResponse;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kPredict[] = "/tensorflow.serving.PredictionService/Predict";
constexpr char kGetModelMetadata[] =
    "/tensorflow.serving.PredictionService/GetModelMetadata";
constexpr char kReloadConfig[] =
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest";
constexpr char kGetModelStatus[] =
    "/tensorflow.serving.ModelService/GetModelStatus";

// A loaded model that counts its handles.
class Lease final : public ServableLease {
 public:
  explicit Lease(const std::string& name)
      : id_{name, 7},
        model_(*SavedModelBundle::Load(TestModelPath(name),
                                       SavedModelOptions())) {}

  ServableHandle<SavedModelBundle> MakeHandle() {
    ++handles_;
    return ServableHandle<SavedModelBundle>(UntypedServableHandle(this));
  }
  int handles() const { return handles_; }

  const ServableId& id() const override { return id_; }
  AnyPtr servable() const override { return AnyPtr(model_.get()); }

 private:
  void Release() override { --handles_; }

  const ServableId id_;
  const std::unique_ptr<SavedModelBundle> model_;
  std::atomic<int> handles_{0};
};

// Has version 7 of two models.
class TwoModels final : public ModelLookup {
 public:
  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const ModelSpec& spec) const override {
    if (spec.name() == half_.id().name) return half_.MakeHandle();
    if (spec.name() == many_.id().name) return many_.MakeHandle();
    return absl::NotFoundError(absl::StrCat(
        "Servable not found for request: Latest(", spec.name(), ")"));
  }

  absl::StatusOr<GetModelStatusResponse> GetModelStatus(
      const ModelSpec& spec) const override {
    if (absl::Status status = GetModel(spec).status(); !status.ok()) {
      return status;
    }
    GetModelStatusResponse response;
    ModelVersionStatus* version = response.add_model_version_status();
    version->set_version(7);
    version->set_state(ModelVersionStatus::AVAILABLE);
    return response;
  }

  int handles() const { return half_.handles() + many_.handles(); }

 private:
  mutable Lease half_{"half_plus_three"};
  mutable Lease many_{"many_types"};
};

// Takes any configuration but one with a model named "bad"; counts the calls in
// a metric, as TensorFlow counts what it does.
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

class MethodsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { models_ = new TwoModels(); }
  static void TearDownTestSuite() { delete models_; }

  void SetUp() override { Start(ModelMethodOptions()); }

  // Every handle is given back with the answer.
  void TearDown() override {
    server_.reset();
    EXPECT_EQ(models_->handles(), 0);
    EXPECT_EQ(memory_.used(), 0);
  }

  void Start(const ModelMethodOptions& method_options) {
    ServerOptions options;
    options.addresses = {"127.0.0.1:0"};
    options.memory = &memory_;
    StartResult started = Server::Start(
        options, MakeMethods(models_, &reloader_, method_options));
    ASSERT_EQ(started.error, "");
    server_ = std::move(started.server);
    client_ = std::make_unique<TestingClient>(
        absl::StrCat("127.0.0.1:", server_->ports()[0]));
  }

  Answer Call(const std::string& method,
              const google::protobuf::MessageLite& request,
              const CallOptions& options = {}) {
    return client_->Call(method, request.SerializeAsString(), options);
  }

  PredictResponse Predict(const PredictRequest& request) {
    const Answer answer = Call(kPredict, request);
    EXPECT_EQ(answer.code, 0) << answer.message;
    PredictResponse response;
    EXPECT_TRUE(response.ParseFromString(answer.payload));
    return response;
  }

  void ExpectError(const std::string& method,
                   const google::protobuf::MessageLite& request,
                   const absl::Status& error) {
    const Answer answer = Call(method, request);
    EXPECT_EQ(absl::Status(static_cast<absl::StatusCode>(answer.code),
                           answer.message),
              error);
  }

  static PredictRequest HalfRequest(int size = 1) {
    PredictRequest request;
    request.mutable_model_spec()->set_name("half_plus_three");
    TensorProto& x = (*request.mutable_inputs())["x"];
    x.set_dtype(tensorflow::DT_FLOAT);
    x.mutable_tensor_shape()->add_dim()->set_size(size);
    for (int i = 0; i < size; ++i) x.add_float_val(i);
    return request;
  }

  static TwoModels* models_;
  RequestMemory memory_{int64_t{64} << 20};
  FakeReloader reloader_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<TestingClient> client_;
};

TwoModels* MethodsTest::models_ = nullptr;

TEST_F(MethodsTest, PredictsAgainAndAgain) {
  // On a worker at first, later on gRPC's threads.
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Predict(HalfRequest(2)).outputs().at("y").float_val(),
                ElementsAre(3, 3.5));
  }
}

TEST_F(MethodsTest, PredictsFromRequestsOfManyPieces) {
  constexpr int kSize = 1'000'000;

  const PredictResponse response = Predict(HalfRequest(kSize));

  const TensorProto& y = response.outputs().at("y");
  ASSERT_EQ(y.float_val_size(), kSize);
  EXPECT_EQ(y.float_val(kSize - 1), (kSize - 1) * 0.5f + 3);
}

TEST_F(MethodsTest, PredictTellsTheEffectiveModelSpec) {
  const ModelSpec spec = Predict(HalfRequest()).model_spec();

  EXPECT_EQ(spec.name(), "half_plus_three");
  EXPECT_EQ(spec.version().value(), 7);
  EXPECT_EQ(spec.signature_name(), "serving_default");
}

TEST_F(MethodsTest, PredictWritesTensorContentWhereTheServerIsToldTo) {
  ModelMethodOptions options;
  options.encoding = TensorEncoding::kContent;
  Start(options);

  EXPECT_EQ(Predict(HalfRequest(2)).outputs().at("y").tensor_content().size(),
            2 * sizeof(float));
}

TEST_F(MethodsTest, PredictStopsAtTheClientsDeadline) {
  PredictRequest request;
  request.mutable_model_spec()->set_name("many_types");
  request.mutable_model_spec()->set_signature_name("wait");
  TensorProto& loops = (*request.mutable_inputs())["loops"];
  loops.set_dtype(tensorflow::DT_INT64);
  loops.mutable_tensor_shape();
  loops.add_int64_val(std::numeric_limits<int64_t>::max());
  CallOptions options;
  options.timeout = std::chrono::milliseconds(100);

  const Answer answer = Call(kPredict, request, options);

  // TearDown sees that the server stopped too.
  EXPECT_EQ(answer.code, static_cast<int>(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(MethodsTest, PredictTellsErrors) {
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
  const Answer answer = client_->Call(kPredict, wrong.SerializeAsString());
  EXPECT_EQ(answer.code, 3);
  EXPECT_THAT(answer.message,
              HasSubstr("(input \"x\" is int32 [1], declared float [?])"));
}

TEST_F(MethodsTest, RefusesMessagesOfAnotherKind) {
  for (const std::string size : {"small", "big"}) {
    const Answer answer = client_->Call(
        kPredict, std::string(size == "big" ? 1 << 20 : 10, '\xff'));

    EXPECT_EQ(answer.code, 3);
    EXPECT_EQ(answer.message,
              "the request is not a tensorflow.serving.PredictRequest");
  }
}

TEST_F(MethodsTest, RefusesRequestsThatNameNoModel) {
  for (const std::string method :
       {kPredict, kGetModelMetadata, kGetModelStatus}) {
    const Answer answer = client_->Call(method, "");

    EXPECT_EQ(answer.code, 3);
    EXPECT_THAT(answer.message, HasSubstr("set model_spec.name"));
  }
}

TEST_F(MethodsTest, LogsWhatIsPredictedWell) {
  LoggedModel log("half_plus_three");
  ModelMethodOptions options;
  options.request_logger = log.logger();
  Start(options);
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

TEST_F(MethodsTest, LogsNoQuestionsForMetadata) {
  LoggedModel log("half_plus_three");
  ModelMethodOptions options;
  options.request_logger = log.logger();
  Start(options);
  GetModelMetadataRequest request;
  request.mutable_model_spec()->set_name("half_plus_three");
  request.add_metadata_field("signature_def");
  EXPECT_EQ(Call(kGetModelMetadata, request).code, 0);
  EXPECT_TRUE(log.Read().empty());
  server_.reset();
}

TEST_F(MethodsTest, GetsTheMetadataOfAModel) {
  GetModelMetadataRequest request;
  request.mutable_model_spec()->set_name("half_plus_three");
  request.add_metadata_field("signature_def");

  const Answer answer = Call(kGetModelMetadata, request);

  ASSERT_EQ(answer.code, 0) << answer.message;
  GetModelMetadataResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.payload));
  EXPECT_EQ(response.model_spec().version().value(), 7);
  EXPECT_TRUE(response.metadata().contains("signature_def"));
}

TEST_F(MethodsTest, GetMetadataTellsErrors) {
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

TEST_F(MethodsTest, GetsTheStatusOfAModel) {
  GetModelStatusRequest request;
  request.mutable_model_spec()->set_name("many_types");

  const Answer answer = Call(kGetModelStatus, request);

  ASSERT_EQ(answer.code, 0) << answer.message;
  GetModelStatusResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.payload));
  EXPECT_EQ(response.model_version_status(0).state(),
            ModelVersionStatus::AVAILABLE);
}

TEST_F(MethodsTest, GetStatusTellsErrors) {
  GetModelStatusRequest request;
  request.mutable_model_spec()->set_name("third");

  ExpectError(
      kGetModelStatus, request,
      absl::NotFoundError("Servable not found for request: Latest(third)"));
}

TEST_F(MethodsTest, NamesMethodsThatAreNotThere) {
  EXPECT_EQ(
      client_->Call("/tensorflow.serving.PredictionService/Guess", "").message,
      "this server has no method "
      "/tensorflow.serving.PredictionService/Guess");
}

ReloadConfigRequest ReloadTo(const std::string& name) {
  ReloadConfigRequest request;
  request.mutable_config()->mutable_model_config_list()->add_config()->set_name(
      name);
  return request;
}

TEST_F(MethodsTest, ReloadConfigReloadsAndTellsTheIncreaseOfMetrics) {
  Call(kReloadConfig, ReloadTo("good"));  // From now on there is the metric.
  ReloadConfigRequest request = ReloadTo("good");
  request.add_metric_names("/test/reloads");

  const Answer answer = Call(kReloadConfig, request);

  EXPECT_EQ(answer.code, 0) << answer.message;
  ReloadConfigResponse response;
  ASSERT_TRUE(response.ParseFromString(answer.payload));
  EXPECT_EQ(response.status().error_code(), tensorflow::error::OK);
  ASSERT_EQ(response.metric_size(), 1);
  EXPECT_EQ(response.metric(0).name(), "/test/reloads");
  EXPECT_EQ(response.metric(0).int64_value_increase(), 1);
}

TEST_F(MethodsTest, ReloadConfigAnswersShortlyBeforeTheDeadline) {
  CallOptions options;
  // gRPC rounds longer times up by more than what is left for the answer.
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

TEST_F(MethodsTest, ReloadConfigPassesErrorsOn) {
  const Answer answer = Call(kReloadConfig, ReloadTo("bad"));

  EXPECT_EQ(answer.code,
            static_cast<int>(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(answer.message, "\"bad\" is bad");
}

TEST_F(MethodsTest, ReloadConfigWithAnUnknownMetricChangesNothing) {
  ReloadConfigRequest request = ReloadTo("bad");
  request.add_metric_names("/no/such/metric");

  const Answer answer = Call(kReloadConfig, request);

  EXPECT_EQ(answer.code, static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(answer.message, HasSubstr("/no/such/metric"));
}

// Each takes far less as a message than as what it becomes.
TEST_F(MethodsTest, WhatAMessageBecomesIsChargedAsItIsParsed) {
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
  for (int i = 0; i < 2'000'000; ++i) x.add_string_val("");
  PredictRequest integers;
  integers.mutable_model_spec()->set_name("half_plus_three");
  TensorProto& y = (*integers.mutable_inputs())["x"];
  y.set_dtype(tensorflow::DT_INT64);
  for (int i = 0; i < 8'000'000; ++i) y.add_int64_val(1);
  for (const auto& [method, request] : std::initializer_list<
           std::pair<const char*, const google::protobuf::MessageLite*>>{
           {kRegress, &examples},
           {kPredict, &strings},
           {kPredict, &integers}}) {
    ASSERT_LT(request->ByteSizeLong(), 10'000'000);
    const Answer answer = Call(method, *request);
    EXPECT_EQ(answer.code,
              static_cast<int>(absl::StatusCode::kResourceExhausted));
    EXPECT_THAT(answer.message, HasSubstr("--request_memory_mib"));
  }
}

TEST_F(MethodsTest, TensorsAndTheResponseAreCharged) {
  constexpr int kSize = 1'000'000;
  // Arrives, is parsed, becomes a tensor, an output, a field and a message: six
  // times its 4 MB, of which three are not enough.
  RequestMemory::Charge others(&memory_);
  others.Grow((int64_t{64} << 20) - 3 * 4 * kSize);
  const Answer refused = Call(kPredict, HalfRequest(kSize));
  EXPECT_EQ(refused.code,
            static_cast<int>(absl::StatusCode::kResourceExhausted));

  others.Reset();
  EXPECT_EQ(Predict(HalfRequest(kSize)).outputs().at("y").float_val_size(),
            kSize);
}

}  // namespace
}  // namespace tfs3::grpc
