// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/api/routes.h"

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/routes_test_util.h"

namespace tfs3::rest {
namespace {

using ::testing::HasSubstr;

struct Path {
  std::string path;
  std::string requested;
};

class PathTest : public RoutesTest,
                 public ::testing::WithParamInterface<Path> {};

TEST_P(PathTest, StatusRequestsTheVersion) {
  EXPECT_EQ(Send("GET", GetParam().path).status, 200);
  EXPECT_EQ(model_.requested(), GetParam().requested);
}

TEST_P(PathTest, MetadataRequestsTheVersion) {
  EXPECT_EQ(Send("GET", GetParam().path + "/metadata").status, 200);
  EXPECT_EQ(model_.requested(), GetParam().requested);
}

TEST_P(PathTest, ClassifyAndRegressRequestTheVersion) {
  for (const char* verb : {":classify", ":regress"}) {
    model_.Forget();
    Send("POST", GetParam().path + verb, R"({"examples": [{}]})");
    EXPECT_EQ(model_.requested(), GetParam().requested);
  }
}

TEST_P(PathTest, PredictRequestsTheVersion) {
  EXPECT_EQ(
      Send("POST", GetParam().path + ":predict", R"({"inputs": [1]})").status,
      200);
  EXPECT_EQ(model_.requested(), GetParam().requested);
}

INSTANTIATE_TEST_SUITE_P(
    All, PathTest,
    ::testing::Values(Path{"/v1/models/half", "half"},
                      Path{"/v1/models/half/versions/12", "half 12"},
                      Path{"/V1/Models/half/Versions/007", "half 7"},
                      Path{"/v1/models/half/labels/stable", R"(half "stable")"},
                      Path{"/v1/models/h%61lf/labels/st%61ble",
                           R"(half "stable")"}));

TEST_F(RoutesTest, ReturnsTheStatusLikeTensorFlowServing) {
  const net::HttpResponse response = Send("GET", "/v1/models/half");
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            "{\n \"model_version_status\": [\n  {\n   \"version\": \"7\",\n"
            "   \"state\": \"LOADING\",\n   \"status\": {\n"
            "    \"error_code\": \"UNAVAILABLE\",\n"
            "    \"error_message\": \"a \\\"reason\\\"\"\n   }\n  }\n ]\n}\n");
}

TEST_F(RoutesTest, ReturnsTheErrorOfTheLookup) {
  for (const net::HttpResponse& response :
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

TEST_P(MalformedTest, Gets400) {
  const net::HttpResponse response = Send(GetParam().method, GetParam().path);
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

TEST_F(RoutesTest, ReturnsMetadataLikeTensorFlowServing) {
  const net::HttpResponse response = Send("GET", "/v1/models/half/metadata");
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

TEST_F(RoutesTest, HandlesHeadLikeGet) {
  for (const char* path :
       {"/v1/models", "/v1/models/half", "/v1/models/half/metadata"}) {
    // Compares only the length: the order of keys in metadata may differ.
    EXPECT_EQ(Send("HEAD", path).body.size(), Send("GET", path).body.size())
        << path;
    EXPECT_EQ(Send("HEAD", path).status, 200) << path;
  }
}

TEST_F(RoutesTest, AddsNoCorsHeadersByDefault) {
  EXPECT_EQ(
      HeaderOf(Send("GET", "/v1/models/half"), "Access-Control-Allow-Origin"),
      "");
}

TEST_F(RoutesTest, AnswersPreflightRequestsIfCorsIsEnabled) {
  options_.enable_cors = true;
  const net::HttpResponse response = Send("OPTIONS", "/v1/models/half:predict");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(HeaderOf(response, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(HeaderOf(response, "Access-Control-Allow-Methods"), "GET, POST");
  EXPECT_THAT(HeaderOf(response, "Access-Control-Allow-Headers"),
              HasSubstr("Content-Type"));
}

TEST_F(RoutesTest, AddsCorsHeadersToResponsesAndErrors) {
  options_.enable_cors = true;
  for (const char* path : {"/v1/models/half", "/v1/models/other"}) {
    EXPECT_EQ(HeaderOf(Send("GET", path), "Access-Control-Allow-Origin"), "*");
  }
  EXPECT_EQ(HeaderOf(Send("GET", "/livez"), "Access-Control-Allow-Origin"), "");
}

TEST_F(RoutesTest, AnswersAPageOnlyAtItsPath) {
  options_.pages["/metrics"] = [] {
    return net::HttpResponse{200, "text/plain", "a page"};
  };
  EXPECT_EQ(Send("GET", "/metrics").body, "a page");
  EXPECT_EQ(Send("HEAD", "/metrics").body, "a page");
  EXPECT_EQ(Send("GET", "/metrics/more").status, 404);
  const net::HttpResponse response = Send("POST", "/metrics");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(HeaderOf(response, "Allow"), "GET, HEAD");
}

TEST_F(RoutesTest, APageMayBeUnderTheApiPrefix) {
  options_.pages["/v1/metrics"] = [] {
    return net::HttpResponse{200, "text/plain", "a page"};
  };
  EXPECT_EQ(Send("GET", "/v1/metrics").body, "a page");
  EXPECT_EQ(Send("GET", "/v1/models/half").status, 200);
}

TEST_F(RoutesTest, AnswersPagesWhenTheGateIsClosed) {
  options_.pages["/metrics"] = [] {
    return net::HttpResponse{200, "text/plain", "a page"};
  };
  gate_.Close();
  EXPECT_EQ(Send("GET", "/metrics").status, 200);
}

// Stores the observed requests as text.
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

TEST_F(RoutesTest, ObservesEveryRequestOfTheApi) {
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

TEST_F(RoutesTest, ObservesTheVersionOfAFailedRequest) {
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

TEST_F(RoutesTest, ObservesRequestsThatTheGateRefuses) {
  Recorder recorder;
  options_.observer = &recorder;
  gate_.Close();
  Send("GET", "/v1/models/half");
  ASSERT_EQ(recorder.records.size(), 1);
  EXPECT_THAT(recorder.records[0], HasSubstr("UNAVAILABLE|GET|"));
}

TEST_F(RoutesTest, DoesNotObserveProbesPagesAndPreflightRequests) {
  Recorder recorder;
  options_.observer = &recorder;
  options_.enable_cors = true;
  options_.pages["/metrics"] = [] { return net::HttpResponse(); };
  Send("GET", "/livez");
  Send("GET", "/metrics");
  Send("OPTIONS", "/v1/models/half:predict");
  EXPECT_EQ(recorder.records.size(), 0);
}

TEST_F(RoutesTest, AnotherPathGets404) {
  const net::HttpResponse response = Send("GET", "/favicon.ico");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("/favicon.ico"));
}

TEST_F(RoutesTest, ListsModelsWithTheirStates) {
  const net::HttpResponse response = Send("GET", "/v1/models");
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

TEST_F(RoutesTest, DoesNotRunARequestAfterItsTimeout) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = request.target = "/v1/models";
  request.arrival = std::chrono::steady_clock::now() - std::chrono::hours(1);
  const net::HttpResponse response =
      Routes(&model_, &model_, &gate_, options_)(request);
  EXPECT_EQ(response.status, 504);
  EXPECT_THAT(response.body,
              HasSubstr("waited for a thread until its timeout of 30s"));
}

TEST_F(RoutesTest, AnswersOnlyProbesWhenTheGateIsClosed) {
  gate_.Close();
  const net::HttpResponse response = Send("GET", "/v1/models/half");
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.close);
  EXPECT_THAT(response.body, HasSubstr("stopping"));
  EXPECT_EQ(Send("GET", "/livez").status, 200);
}

TEST_F(RoutesTest, ClosesConnectionsBeforeTheGateCloses) {
  EXPECT_FALSE(Send("GET", "/v1/models/half").close);
  model_.BeginStop();
  const net::HttpResponse response = Send("GET", "/v1/models/half");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.close);
}

TEST_F(RoutesTest, LeavesTheGateBeforeTheResponse) {
  Send("GET", "/v1/models/half");
  EXPECT_EQ(gate_.size(), 0);
}

}  // namespace
}  // namespace tfs3::rest
