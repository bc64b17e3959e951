// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/api/routes.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/testing/request_logger_test_util.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;
using ::testing::HasSubstr;

std::string Describe(const ModelSpec& spec) {
  std::string text = spec.name();
  if (spec.has_version()) absl::StrAppend(&text, " ", spec.version().value());
  if (!spec.version_label().empty()) {
    absl::StrAppend(&text, " \"", spec.version_label(), "\"");
  }
  return text;
}

// One model as version 7 of "half".
class OneModel final : public ModelLookup,
                       public ServerStatus,
                       private ServableLease {
 public:
  explicit OneModel(const std::string& name)
      : model_(SavedModelBundle::Load(TestModelPath(name), SavedModelOptions())
                   .value()) {}

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const ModelSpec& spec) const override {
    asked_ = Describe(spec);
    if (spec.name() != "half") return absl::NotFoundError("no such model");
    return ServableHandle<SavedModelBundle>(
        UntypedServableHandle(const_cast<OneModel*>(this)));
  }

  absl::StatusOr<GetModelStatusResponse> GetModelStatus(
      const ModelSpec& spec) const override {
    asked_ = Describe(spec);
    if (spec.name() != "half") return absl::NotFoundError("no such model");
    GetModelStatusResponse response;
    ModelVersionStatus* status = response.add_model_version_status();
    status->set_version(7);
    status->set_state(ModelVersionStatus::LOADING);
    status->mutable_status()->set_error_code(tensorflow::error::UNAVAILABLE);
    status->mutable_status()->set_error_message("a \"reason\"");
    return response;
  }

  bool IsReady() const override { return true; }
  bool IsStopping() const override { return false; }

  std::vector<ModelSummary> ListModels() const override {
    ModelSummary model;
    model.name = "half";
    model.available = true;
    model.problem = "a \"problem\"";
    ModelVersionStatus* version = model.versions.add_model_version_status();
    version->set_version(7);
    version->set_state(ModelVersionStatus::AVAILABLE);
    return {model};
  }

  const std::string& asked() const { return asked_; }
  void Forget() { asked_.clear(); }

 private:
  const ServableId& id() const override { return id_; }
  AnyPtr servable() const override { return AnyPtr(model_.get()); }
  void Release() override {}

  const ServableId id_{"half", 7};
  const std::unique_ptr<SavedModelBundle> model_;
  mutable std::string asked_;
};

class RoutesTest : public ::testing::Test {
 protected:
  explicit RoutesTest(const std::string& model = "half_plus_three")
      : model_(model) {}

  HttpResponse Send(std::string_view method, std::string_view path,
                    std::string_view body = "") {
    PaddedBuffer buffer(charge_);
    buffer.Append(body);
    HttpRequest request;
    request.method = method;
    request.target = path;
    request.path = path;
    request.headers = {{"Host", "h"}, {"Traceparent", "00-1-2-01"}};
    request.body = &buffer;
    request.charge = charge_;
    request.peer = "ipv4:127.0.0.1:40000";
    const Routes routes(&model_, &model_, &gate_, options_);
    return routes(request);
  }

  OneModel model_;
  RequestGate gate_;
  Routes::Options options_;
  RequestMemory::Charge* charge_ = nullptr;
};

// The value of a header of an answer; empty if it has none.
std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST_F(RoutesTest, PredictAnswersRowsWithRows) {
  const HttpResponse response = Send("POST", "/v1/models/half:predict",
                                     R"({"instances": [1.0, 2.0, 5.0]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"predictions": [3.5, 4.0, 5.5]})");
}

TEST_F(RoutesTest, PredictAnswersColumnsWithColumns) {
  const HttpResponse response =
      Send("POST", "/v1/models/half:predict", R"({"inputs": [1.0, 2.0]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"outputs": [3.5, 4.0]})");
}

TEST_F(RoutesTest, PredictIsLoggedAsTheSameRequestByGrpc) {
  LoggedModel log("half");
  options_.request_logger = log.logger();
  Send("POST", "/v1/models/half:predict", R"({"instances": [1.0, 2.0]})");
  const auto logs = log.Read();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(Describe(logs[0].log_metadata().model_spec()), "half 7");
  const auto& predict = logs[0].predict_log();
  EXPECT_EQ(Describe(predict.request().model_spec()), "half");
  EXPECT_EQ(Describe(predict.response().model_spec()), "half 7");
  const auto values = [](const tensorflow::TensorProto& proto) {
    tensorflow::Tensor tensor;
    EXPECT_TRUE(tensor.FromProto(proto));
    const auto flat = tensor.flat<float>();
    return std::vector<float>(flat.data(), flat.data() + flat.size());
  };
  EXPECT_EQ(values(predict.request().inputs().at("x")),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(values(predict.response().outputs().at("y")),
            (std::vector<float>{3.5, 4}));
}

TEST_F(RoutesTest, OnlyWhatIsAnsweredWellIsLogged) {
  LoggedModel log("half");
  options_.request_logger = log.logger();
  Send("POST", "/v1/models/half:predict", R"({"instances": ["text"]})");
  Send("POST", "/v1/models/half:classify", R"({"examples": [{"x": 0.25}]})");
  Send("GET", "/v1/models/half/metadata");
  EXPECT_TRUE(log.Read().empty());
}

TEST_F(RoutesTest, PredictRunsTheSignatureNamedBehindTheData) {
  const HttpResponse response =
      Send("POST", "/v1/models/half:predict",
           R"({"instances": [1.0], "signature_name": "none"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("none"));
}

struct Path {
  std::string path;
  std::string asked;
};

class PathTest : public RoutesTest,
                 public ::testing::WithParamInterface<Path> {};

TEST_P(PathTest, OfStatusAsksForTheVersion) {
  EXPECT_EQ(Send("GET", GetParam().path).status, 200);
  EXPECT_EQ(model_.asked(), GetParam().asked);
}

TEST_P(PathTest, OfMetadataAsksForTheVersion) {
  EXPECT_EQ(Send("GET", GetParam().path + "/metadata").status, 200);
  EXPECT_EQ(model_.asked(), GetParam().asked);
}

TEST_P(PathTest, OfClassifyAndRegressAsksForTheVersion) {
  for (const char* verb : {":classify", ":regress"}) {
    model_.Forget();
    Send("POST", GetParam().path + verb, R"({"examples": [{}]})");
    EXPECT_EQ(model_.asked(), GetParam().asked);
  }
}

TEST_P(PathTest, OfPredictAsksForTheVersion) {
  EXPECT_EQ(
      Send("POST", GetParam().path + ":predict", R"({"inputs": [1]})").status,
      200);
  EXPECT_EQ(model_.asked(), GetParam().asked);
}

INSTANTIATE_TEST_SUITE_P(
    All, PathTest,
    ::testing::Values(Path{"/v1/models/half", "half"},
                      Path{"/v1/models/half/versions/12", "half 12"},
                      Path{"/V1/Models/half/Versions/007", "half 7"},
                      Path{"/v1/models/half/labels/stable", R"(half "stable")"},
                      Path{"/v1/models/h%61lf/labels/st%61ble",
                           R"(half "stable")"}));

TEST_F(RoutesTest, StatusIsTensorFlowServingsDocument) {
  const HttpResponse response = Send("GET", "/v1/models/half");
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            "{\n \"model_version_status\": [\n  {\n   \"version\": \"7\",\n"
            "   \"state\": \"LOADING\",\n   \"status\": {\n"
            "    \"error_code\": \"UNAVAILABLE\",\n"
            "    \"error_message\": \"a \\\"reason\\\"\"\n   }\n  }\n ]\n}\n");
}

TEST_F(RoutesTest, AnErrorOfTheLookupIsAnsweredWithItsCode) {
  for (const HttpResponse& response :
       {Send("GET", "/v1/models/other"),
        Send("GET", "/v1/models/other/metadata"),
        Send("POST", "/v1/models/other:predict", R"({"inputs": [1]})"),
        Send("POST", "/v1/models/other:classify", R"({"examples": [{}]})"),
        Send("POST", "/v1/models/other:regress", R"({"examples": [{}]})")}) {
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, R"({"error": "no such model"})");
  }
}

struct Malformed {
  std::string method;
  std::string path;
};

class MalformedTest : public RoutesTest,
                      public ::testing::WithParamInterface<Malformed> {};

TEST_P(MalformedTest, IsAnswered400) {
  const HttpResponse response = Send(GetParam().method, GetParam().path);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            absl::StrCat(R"({"error": "Malformed request: )", GetParam().method,
                         " ", GetParam().path, R"("})"));
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedTest,
    ::testing::Values(Malformed{"GET", "/v1/models/half:predict"},
                      Malformed{"POST", "/v1/models/half"},
                      Malformed{"POST", "/v1/models/half:guess"},
                      Malformed{"POST", "/v1/models/half:"},
                      Malformed{"POST", "/v1/models/half:Predict"},
                      Malformed{"POST", "/v1/models/half/metadata"},
                      Malformed{"HEAD", "/v1/models/half:predict"},
                      Malformed{"PUT", "/v1/models/half:predict"},
                      Malformed{"OPTIONS", "/v1/models/half:predict"},
                      Malformed{"GET", "/v1/models/half/metadata/more"},
                      Malformed{"GET", "/v1/models//metadata"},
                      Malformed{"GET", "/v1/models/half/versions/1/labels/a"},
                      Malformed{"GET", "/v1/models/half/labels/a:b"},
                      Malformed{"GET",
                                "/v1/models/half/versions/"
                                "99999999999999999999"},
                      Malformed{"DELETE", "/v1/models/half"},
                      Malformed{"GET", "/v1/models/"},
                      Malformed{"GET", "/v1/nothing"},
                      Malformed{"POST", "/v1/models/:predict"},
                      Malformed{"GET", "/v1/models/half/versions/x"},
                      Malformed{"GET", "/v1/models/half/versions/-1"},
                      Malformed{"GET", "/v1/models/half/versions/+1"},
                      Malformed{"GET", "/v1/models/half%zz"},
                      Malformed{"GET", "/v1/models/half/labels/a%2"},
                      Malformed{"GET", "/v1/models/half/versions/"},
                      Malformed{"GET", "/v1/models/half/labels/"},
                      Malformed{"GET", "/v1/models/half/labels/a/b"},
                      Malformed{"GET", "/v1/models/ha:lf/versions/1"}));

TEST_F(RoutesTest, MetadataIsTensorFlowServingsDocument) {
  const HttpResponse response = Send("GET", "/v1/models/half/metadata");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  for (const char* part : {
           R"("model_spec":{)",
           R"("name": "half")",
           R"("version": "7")",
           R"("signature_name": "")",
           R"("metadata": {"signature_def": {)",
           R"("serving_default": {)",
           R"("dtype": "DT_FLOAT")",
           R"("unknown_rank": false)",
           R"("size": "-1")",
           R"("method_name": "tensorflow/serving/predict")",
       }) {
    EXPECT_THAT(response.body, HasSubstr(part));
  }
}

TEST_F(RoutesTest, HeadIsAnsweredAsGet) {
  for (const char* path :
       {"/v1/models", "/v1/models/half", "/v1/models/half/metadata"}) {
    // The length is what HEAD tells; the order of keys in metadata may differ.
    EXPECT_EQ(Send("HEAD", path).body.size(), Send("GET", path).body.size())
        << path;
    EXPECT_EQ(Send("HEAD", path).status, 200) << path;
  }
}

TEST_F(RoutesTest, ClassifyAndRegressTellWhatTheSignatureLacks) {
  for (const char* verb : {"classify", "regress"}) {
    const HttpResponse response =
        Send("POST", absl::StrCat("/v1/models/half:", verb),
             R"({"examples": [{"x": 1.0}]})");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("serving_default"));
  }
}

TEST_F(RoutesTest, ClassifyAndRegressRefuseWhatIsNoListOfExamples) {
  for (const char* verb : {"classify", "regress"}) {
    const HttpResponse response =
        Send("POST", absl::StrCat("/v1/models/half:", verb),
             R"({"instances": [1.0]})");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("Missing 'examples' key"));
  }
}

TEST_F(RoutesTest, NestingIsLimited) {
  options_.max_json_nesting = 2;
  EXPECT_EQ(
      Send("POST", "/v1/models/half:predict", R"({"inputs": [1.0]})").status,
      200);
  for (const char* verb : {"predict", "classify", "regress"}) {
    const HttpResponse response =
        Send("POST", absl::StrCat("/v1/models/half:", verb),
             R"({"inputs": [[1.0]]})");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("nest more than 2 levels"));
  }
}

// --- Classify and regress ---

class ExamplesTest : public RoutesTest {
 protected:
  ExamplesTest() : RoutesTest("tf_examples") {}
};

TEST_F(ExamplesTest, ClassifyAnswersWithLabelsAndScoresOfEachExample) {
  const HttpResponse response =
      Send("POST", "/v1/models/half:classify",
           R"({"examples": [{"x": 0.25}, {"x": [1.0]}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"results": [[["high", 0.25], ["low", 0.75]], )"
                           R"([["high", 1.0], ["low", 0.0]]]})");
}

TEST_F(ExamplesTest, RegressAnswersWithTheValueOfEachExample) {
  const HttpResponse response =
      Send("POST", "/v1/models/half/versions/7:regress",
           R"({"signature_name": "regress", "examples": [{"x": 0.25}, )"
           R"({"x": 1.0, "bias": 0.5}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"results": [0.5, 2.5]})");
}

TEST_F(ExamplesTest, ClassifyAndRegressAreLogged) {
  LoggedModel log("half");
  options_.request_logger = log.logger();
  Send("POST", "/v1/models/half:classify", R"({"examples": [{"x": 0.25}]})");
  Send("POST", "/v1/models/half:regress",
       R"({"signature_name": "regress", "examples": [{"x": 0.25}]})");
  const auto logs = log.Read();
  ASSERT_EQ(logs.size(), 2u);
  const auto& classify = logs[0].classify_log();
  EXPECT_EQ(classify.request().model_spec().name(), "half");
  EXPECT_EQ(classify.request().input().example_list().examples_size(), 1);
  EXPECT_EQ(classify.response().result().classifications_size(), 1);
  const auto& regress = logs[1].regress_log();
  EXPECT_EQ(regress.request().model_spec().signature_name(), "regress");
  EXPECT_EQ(regress.response().result().regressions(0).value(), 0.5);
}

TEST_F(ExamplesTest, TheContextIsPartOfEveryExample) {
  const HttpResponse response =
      Send("POST", "/v1/models/half:regress",
           R"({"signature_name": "regress", "context": {"bias": 8.0}, )"
           R"("examples": [{"x": 0.25}, {"x": 1.0}]})");
  EXPECT_EQ(response.body, R"({"results": [8.5, 10.0]})");
}

TEST_F(ExamplesTest, AWrongFeatureIsTheClientsFault) {
  for (const char* example : {R"({"x": 1})", R"({"x": "text"})", "{}"}) {
    const HttpResponse response =
        Send("POST", "/v1/models/half:classify",
             absl::StrCat(R"({"examples": [)", example, "]}"));
    EXPECT_EQ(response.status, 400) << example;
    EXPECT_THAT(response.body, HasSubstr("x")) << example;
  }
}

TEST_F(ExamplesTest, TheMethodNameCountsOnlyWhenThatIsAsked) {
  constexpr char kRegression[] =
      R"({"signature_name": "regress", "examples": [{"x": 1.0}]})";
  constexpr char kClassification[] =
      R"({"signature_name": "classify", "examples": [{"x": 1.0}]})";
  options_.check_method_name = true;
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kRegression).status, 200);
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kClassification).status,
            400);
}

class NativeExamplesTest : public RoutesTest {
 protected:
  NativeExamplesTest() : RoutesTest("native_tf_examples") {}
};

TEST_F(NativeExamplesTest, SignaturesOfTensorFlow2AreServedUnlessChecked) {
  constexpr char kBody[] =
      R"({"signature_name": "regress", "examples": [{"x": 1.0}]})";
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kBody).body,
            R"({"results": [2.0]})");
  options_.check_method_name = true;
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kBody).status, 400);
}

// --- CORS ---

TEST_F(RoutesTest, WithoutCorsNoAnswerSpeaksOfOrigins) {
  EXPECT_EQ(
      HeaderOf(Send("GET", "/v1/models/half"), "Access-Control-Allow-Origin"),
      "");
}

TEST_F(RoutesTest, CorsAnswersThePreflight) {
  options_.enable_cors = true;
  const HttpResponse response = Send("OPTIONS", "/v1/models/half:predict");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(HeaderOf(response, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(HeaderOf(response, "Access-Control-Allow-Methods"), "GET, POST");
  EXPECT_THAT(HeaderOf(response, "Access-Control-Allow-Headers"),
              HasSubstr("Content-Type"));
}

TEST_F(RoutesTest, CorsLetsAnyOriginReadAnswersAndErrors) {
  options_.enable_cors = true;
  for (const char* path : {"/v1/models/half", "/v1/models/other"}) {
    EXPECT_EQ(HeaderOf(Send("GET", path), "Access-Control-Allow-Origin"), "*");
  }
  EXPECT_EQ(HeaderOf(Send("GET", "/livez"), "Access-Control-Allow-Origin"), "");
}

// --- Pages ---

TEST_F(RoutesTest, APageIsAnsweredAtItsPathAlone) {
  options_.pages["/metrics"] = [] {
    return HttpResponse{200, "text/plain", "a page"};
  };
  EXPECT_EQ(Send("GET", "/metrics").body, "a page");
  EXPECT_EQ(Send("HEAD", "/metrics").body, "a page");
  EXPECT_EQ(Send("GET", "/metrics/more").status, 404);
  const HttpResponse response = Send("POST", "/metrics");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(HeaderOf(response, "Allow"), "GET, HEAD");
}

TEST_F(RoutesTest, APageMayStandAmongThePathsOfTheApi) {
  options_.pages["/v1/metrics"] = [] {
    return HttpResponse{200, "text/plain", "a page"};
  };
  EXPECT_EQ(Send("GET", "/v1/metrics").body, "a page");
  EXPECT_EQ(Send("GET", "/v1/models/half").status, 200);
}

TEST_F(RoutesTest, AClosedGateLetsPagesThrough) {
  options_.pages["/metrics"] = [] {
    return HttpResponse{200, "text/plain", "a page"};
  };
  gate_.Close();
  EXPECT_EQ(Send("GET", "/metrics").status, 200);
}

// --- Observers ---

// Keeps what it is told, as text.
class Recorder final : public RequestObserver {
 public:
  void OnRequest(const RequestRecord& record) override {
    records.push_back(
        absl::StrCat(record.api, "|", record.model_name, "|",
                     record.model_version, "|", record.signature_name, "|",
                     absl::StatusCodeToString(record.status.code()), "|",
                     record.method, "|", record.target, "|", record.http_status,
                     "|", record.peer, "|", record.traceparent, "|",
                     record.request_bytes, "|", record.response_bytes));
    in_time = in_time && record.duration.count() >= 0 &&
              record.start <= std::chrono::system_clock::now() &&
              record.entrypoint == RequestRecord::Entrypoint::kRest;
  }

  std::vector<std::string> records;
  bool in_time = true;
};

TEST_F(RoutesTest, AnObserverIsToldOfEveryRequestOfTheApi) {
  Recorder recorder;
  options_.observer = &recorder;
  Send("POST", "/v1/models/half/versions/7:predict",
       R"({"signature_name": "serving_default", "inputs": [1.0]})");
  Send("GET", "/v1/models/other");
  Send("GET", "/v1/models/half/metadata");
  Send("GET", "/v1/models");
  Send("PUT", "/v1/x");
  EXPECT_TRUE(recorder.in_time);
  ASSERT_EQ(recorder.records.size(), 5);
  EXPECT_EQ(recorder.records[0],
            "Predict|half|7|serving_default|OK|POST|/v1/models/half/versions/"
            "7:predict|200|ipv4:127.0.0.1:40000|00-1-2-01|54|18");
  EXPECT_EQ(recorder.records[1],
            "GetModelStatus|other|-1||NOT_FOUND|GET|/v1/models/other|404|"
            "ipv4:127.0.0.1:40000|00-1-2-01|0|26");
  EXPECT_THAT(recorder.records[2],
              HasSubstr("GetModelMetadata|half|7||OK|GET|"));
  EXPECT_THAT(recorder.records[3], HasSubstr("ListModels||-1||OK|GET|"));
  EXPECT_THAT(recorder.records[4], HasSubstr("||-1||INVALID_ARGUMENT|PUT|"));
}

TEST_F(RoutesTest, AnObserverKnowsTheVersionThatFailed) {
  Recorder recorder;
  options_.observer = &recorder;
  Send("POST", "/v1/models/half:predict",
       R"({"signature_name": "none", "inputs": [1.0]})");
  Send("POST", "/v1/models/half:classify",
       R"({"signature_name": "s", "examples": [{}]})");
  ASSERT_EQ(recorder.records.size(), 2);
  EXPECT_THAT(recorder.records[0], HasSubstr("Predict|half|7||"));
  EXPECT_THAT(recorder.records[1], HasSubstr("Classify|half|7|s|"));
}

TEST_F(RoutesTest, AnObserverIsToldOfARequestThatTheGateRefused) {
  Recorder recorder;
  options_.observer = &recorder;
  gate_.Close();
  Send("GET", "/v1/models/half");
  ASSERT_EQ(recorder.records.size(), 1);
  EXPECT_THAT(recorder.records[0], HasSubstr("UNAVAILABLE|GET|"));
}

TEST_F(RoutesTest, AnObserverIsNotToldOfProbesPagesAndPreflights) {
  Recorder recorder;
  options_.observer = &recorder;
  options_.enable_cors = true;
  options_.pages["/metrics"] = [] { return HttpResponse(); };
  Send("GET", "/livez");
  Send("GET", "/metrics");
  Send("OPTIONS", "/v1/models/half:predict");
  EXPECT_EQ(recorder.records.size(), 0);
}

TEST_F(RoutesTest, APathOutsideTheApiIsNotFound) {
  const HttpResponse response = Send("GET", "/favicon.ico");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("/favicon.ico"));
}

TEST_F(RoutesTest, ListsTheModelsWithTheirStates) {
  const HttpResponse response = Send("GET", "/v1/models");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({
 "models": [
  {
   "name": "half",
   "available": true,
   "problem": "a \"problem\"",
   "model_version_status": [
    {
     "version": "7",
     "state": "AVAILABLE",
     "status": {
      "error_code": "OK",
      "error_message": ""
     }
    }
   ]
  }
 ]
}
)");
}

TEST_F(RoutesTest, AnswersProbes) {
  EXPECT_EQ(Send("GET", "/livez").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").status, 200);
}

TEST_F(RoutesTest, ARequestThatHasWaitedForAllOfItsTimeIsNotComputed) {
  HttpRequest request;
  request.method = "GET";
  request.path = request.target = "/v1/models";
  request.arrival = std::chrono::steady_clock::now() - std::chrono::hours(1);
  const HttpResponse response =
      Routes(&model_, &model_, &gate_, options_)(request);
  EXPECT_EQ(response.status, 504);
  EXPECT_THAT(response.body, HasSubstr("has waited 30s for a thread"));
}

TEST_F(RoutesTest, AClosedGateLetsOnlyProbesIn) {
  gate_.Close();
  const HttpResponse response = Send("GET", "/v1/models/half");
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.close);
  EXPECT_THAT(response.body, HasSubstr("stopping"));
  EXPECT_EQ(Send("GET", "/livez").status, 200);
}

TEST_F(RoutesTest, ARequestHasLeftTheGateWhenItIsAnswered) {
  Send("GET", "/v1/models/half");
  EXPECT_EQ(gate_.size(), 0);
}

TEST_F(RoutesTest, ARequestBeyondTheMemoryBudgetIs503AndSaysWhenToComeAgain) {
  std::string body = R"({"instances": [1.0)";
  for (int i = 0; i < 100000; ++i) body += ",1";
  body += "]}";
  // Where it ends: in the tensors, in the outputs, in the answer.
  for (const int64_t limit : {300'000, 700'000, 900'000}) {
    RequestMemory memory(limit);
    RequestMemory::Charge charge(&memory);
    charge_ = &charge;
    const HttpResponse response = Send("POST", "/v1/models/half:predict", body);
    EXPECT_EQ(response.status, 503) << limit;
    EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
    EXPECT_THAT(response.body, HasSubstr("--request_memory_mib"));
    EXPECT_LE(memory.used(), static_cast<int64_t>(response.body.capacity()));
    EXPECT_EQ(memory.num_refused(), 1);
  }
}

TEST_F(RoutesTest, AnAnswerStaysChargedAndNothingElse) {
  RequestMemory memory(0);
  RequestMemory::Charge charge(&memory);
  charge_ = &charge;
  const HttpResponse response = Send("POST", "/v1/models/half:predict",
                                     R"({"instances": [1.0, 2.0, 5.0]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_GE(memory.used() + 16, response.body.capacity());
  EXPECT_LE(memory.used(), response.body.capacity());
}

class ExamplesMemoryTest : public RoutesTest {
 protected:
  ExamplesMemoryTest() : RoutesTest("tf_examples") {}

  static std::string ManyExamples(std::string_view members) {
    std::string body = R"({"examples": [{"x": 1.0})";
    for (int i = 0; i < 20000; ++i) body += R"(,{"x": 1.0})";
    absl::StrAppend(&body, "]", members, "}");
    return body;
  }
};

TEST_F(ExamplesMemoryTest, ExamplesBeyondTheMemoryBudgetAre503) {
  const std::string body = ManyExamples(R"(, "signature_name": "regress")");
  RequestMemory memory(2 << 20);
  RequestMemory::Charge charge(&memory);
  charge_ = &charge;
  const HttpResponse response = Send("POST", "/v1/models/half:regress", body);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
}

TEST_F(ExamplesMemoryTest, ASignatureThatIsMissingIsToldBeforeExamplesAreMade) {
  for (const std::string& body :
       {ManyExamples(R"(, "signature_name": "none")"),
        ManyExamples(R"(, "signature\u005fname": "none")")}) {
    const bool escaped = body.find("u005f") != body.npos;
    // Examples of this many take more.
    RequestMemory memory(escaped ? int64_t{1} << 30 : int64_t{2} << 20);
    RequestMemory::Charge charge(&memory);
    charge_ = &charge;
    const HttpResponse response = Send("POST", "/v1/models/half:regress", body);
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_THAT(response.body, HasSubstr("none"));
  }
}

}  // namespace
}  // namespace tfs3::rest
