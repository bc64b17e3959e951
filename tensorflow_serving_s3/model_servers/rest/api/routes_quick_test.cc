// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests of Routes::HandleQuickly.

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/routes_test_util.h"

namespace tfs3::rest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPredict[] = "/v1/models/half:predict";
constexpr char kClassify[] = "/v1/models/half:classify";
constexpr char kInstances[] = R"({"instances": [1.0, 2.0, 5.0]})";

// Keeps the APIs of all requests.
class ApiObserver : public RequestObserver {
 public:
  void OnRequest(const RequestRecord& record) override {
    apis.emplace_back(record.api);
  }

  std::vector<std::string> apis;
};

class RoutesQuickTest : public RoutesTest {
 protected:
  // A first run, which makes the signature quick. A busy machine may need
  // several runs.
  void MakeQuick(const char* path, const char* body) {
    do {
      ASSERT_EQ(Send("POST", path, body).status, 200);
    } while (!SendQuickly(path, body).has_value());
  }
};

TEST_F(RoutesQuickTest, DefersTheFirstRunOfASignature) {
  ApiObserver observer;
  options_.observer = &observer;

  EXPECT_FALSE(SendQuickly(kPredict, kInstances).has_value());
  EXPECT_TRUE(observer.apis.empty());
}

TEST_F(RoutesQuickTest, PredictsWithAQuickSignature) {
  MakeQuick(kPredict, kInstances);
  ApiObserver observer;
  options_.observer = &observer;

  const std::optional<net::HttpResponse> response =
      SendQuickly(kPredict, kInstances);

  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, R"({"predictions": [3.5, 4.0, 5.5]})");
  EXPECT_THAT(observer.apis, ElementsAre("Predict"));
}

TEST_F(RoutesQuickTest, ReportsErrors) {
  const std::optional<net::HttpResponse> response =
      SendQuickly("/v1/models/none:predict", kInstances);

  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 404);
  EXPECT_THAT(response->body, HasSubstr("no such model"));
}

TEST_F(RoutesQuickTest, AddsCorsHeaders) {
  options_.enable_cors = true;
  MakeQuick(kPredict, kInstances);

  const std::optional<net::HttpResponse> response =
      SendQuickly(kPredict, kInstances);

  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(HeaderOf(*response, "Access-Control-Allow-Origin"), "*");
}

TEST_F(RoutesQuickTest, RefusesWhenTheGateIsClosed) {
  gate_.Close();

  const std::optional<net::HttpResponse> response =
      SendQuickly(kPredict, kInstances);

  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 503);
  EXPECT_TRUE(response->close);
}

TEST_F(RoutesQuickTest, LeavesOtherPagesToTheHandler) {
  options_.pages["/v1/page"] = [] { return net::HttpResponse(); };

  EXPECT_FALSE(SendQuickly("/metrics", "").has_value());
  EXPECT_FALSE(SendQuickly(kPredict, kInstances).has_value());
}

TEST_F(RoutesQuickTest, DefersTheFirstClassification) {
  EXPECT_FALSE(
      SendQuickly(kClassify, R"({"examples": [{"x": 1.0}]})").has_value());
}

}  // namespace
}  // namespace tfs3::rest
