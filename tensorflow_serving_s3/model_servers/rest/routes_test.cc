// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/routes.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/model_servers/request_gate.h"
#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/server_status.h"
#include "tensorflow_serving_s3/servables/tensorflow/testdata/test_models.h"

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

// One model, half_plus_three, as version 7 of "half".
class OneModel final : public ModelLookup,
                       public ServerStatus,
                       private ServableLease {
 public:
  OneModel()
      : model_(SavedModelBundle::Load(TestModelPath("half_plus_three"),
                                      SavedModelOptions())
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
  HttpResponse Send(std::string_view method, std::string_view path,
                    std::string_view body = "") {
    const PaddedBuffer buffer(body);
    HttpRequest request;
    request.method = method;
    request.target = path;
    request.path = path;
    request.body = &buffer;
    return routes_(request);
  }

  OneModel model_;
  RequestGate gate_;
  const Routes routes_{&model_, &model_, &gate_, Routes::Options()};
};

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

TEST_P(PathTest, OfPredictAsksForTheVersion) {
  EXPECT_EQ(
      Send("POST", GetParam().path + ":predict", R"({"inputs": [1]})").status,
      200);
  EXPECT_EQ(model_.asked(), GetParam().asked);
}

INSTANTIATE_TEST_SUITE_P(All, PathTest,
                         ::testing::Values(Path{"/v1/models/half", "half"},
                                           Path{"/v1/models/half/versions/12",
                                                "half 12"},
                                           Path{"/v1/models/half/labels/stable",
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
        Send("POST", "/v1/models/other:predict", R"({"inputs": [1]})")}) {
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
                      Malformed{"DELETE", "/v1/models/half"},
                      Malformed{"GET", "/v1/models/"},
                      Malformed{"GET", "/v1/nothing"},
                      Malformed{"POST", "/v1/models/:predict"},
                      Malformed{"GET", "/v1/models/half/versions/x"},
                      Malformed{"GET", "/v1/models/half/versions/-1"},
                      Malformed{"GET", "/v1/models/half/versions/"},
                      Malformed{"GET", "/v1/models/half/labels/"},
                      Malformed{"GET", "/v1/models/half/labels/a/b"},
                      Malformed{"GET", "/v1/models/ha:lf/versions/1"}));

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

}  // namespace
}  // namespace tfs3::rest
