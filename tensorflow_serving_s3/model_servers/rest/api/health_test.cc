// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/api/health.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3::rest {
namespace {

struct FakeServer final : ServerStatus {
  bool IsReady() const override { return ready; }
  bool IsStopping() const override { return stopping; }
  std::vector<ModelSummary> ListModels() const override { return models; }
  std::string SourceProblem() const override { return source_problem; }

  bool ready = false;
  bool stopping = false;
  std::vector<ModelSummary> models;
  std::string source_problem;
};

ModelSummary Model(const std::string& name, bool available,
                   const std::string& problem = "") {
  ModelSummary model;
  model.name = name;
  model.available = available;
  model.problem = problem;
  return model;
}

std::optional<net::HttpResponse> Ask(const ServerStatus& server,
                                     std::string_view path,
                                     std::string_view query = "",
                                     std::string_view method = "GET") {
  net::HttpRequest request;
  request.method = method;
  request.path = path;
  request.query = query;
  return HandleHealth(server, request);
}

TEST(HealthTest, IgnoresOtherPaths) {
  EXPECT_FALSE(Ask(FakeServer(), "/v1/models").has_value());
}

TEST(HealthTest, AnswersTheLivenessProbe) {
  EXPECT_EQ(Ask(FakeServer(), "/livez")->status, 200);
}

TEST(HealthTest, NamesTheProblemOfTheSourceUntilTheServerIsReady) {
  FakeServer server;
  server.source_problem = "Mine has not reported its models yet";
  EXPECT_EQ(Ask(server, "/readyz")->body,
            "not ready: Mine has not reported its models yet\n");
}

TEST(HealthTest, AnswersOkIfTheServerIsReady) {
  FakeServer server;
  server.ready = true;
  EXPECT_EQ(Ask(server, "/readyz")->status, 200);
  EXPECT_EQ(Ask(server, "/readyz")->body, "ok\n");
}

TEST(HealthTest, NamesTheModelsThatAreNotAvailable) {
  FakeServer server;
  server.models = {Model("a", false, "why"), Model("b", true),
                   Model("c", false, "why")};
  EXPECT_EQ(Ask(server, "/readyz")->status, 503);
  EXPECT_EQ(Ask(server, "/readyz")->body,
            "not ready: 2 of 3 models not available yet: a, c\n");
}

TEST(HealthTest, ListsAllModelsIfVerbose) {
  FakeServer server;
  server.ready = true;
  server.models = {Model("a", false, "no such bucket"), Model("b", true),
                   Model("c", true, "version 2: corrupt")};
  EXPECT_EQ(Ask(server, "/readyz", "x=1&verbose")->body,
            "[-] a: no such bucket\n"
            "[+] b: available\n"
            "[+] c: available; version 2: corrupt\n"
            "ok\n");
}

TEST(HealthTest, AStoppingServerIsNotReady) {
  FakeServer server;
  server.stopping = true;
  EXPECT_EQ(Ask(server, "/readyz")->status, 503);
  EXPECT_EQ(Ask(server, "/readyz")->body,
            "not ready: the server is stopping\n");
  EXPECT_EQ(Ask(server, "/livez")->status, 200);
}

TEST(HealthTest, SupportsOnlyGetAndHead) {
  EXPECT_EQ(Ask(FakeServer(), "/livez", "", "HEAD")->status, 200);
  EXPECT_EQ(Ask(FakeServer(), "/livez", "", "POST")->status, 405);
}

}  // namespace
}  // namespace tfs3::rest
