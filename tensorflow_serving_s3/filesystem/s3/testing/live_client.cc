// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/testing/live_client.h"

#include <optional>
#include <utility>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

std::unique_ptr<Client> NewLiveClient(
    const Seaweed& seaweed, const std::map<std::string, std::string>& changes) {
  std::map<std::string, std::string> variables = {
      {"S3_ENDPOINT", seaweed.endpoint()},
      {"AWS_ACCESS_KEY_ID", "testkey"},
      {"AWS_SECRET_ACCESS_KEY", "testsecret"}};
  for (const auto& [name, value] : changes) {
    variables[name] = value;
  }
  const GetenvFn getenv_fn =
      [=](const char* name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    if (it == variables.end()) {
      return std::nullopt;
    }
    return it->second;
  };
  Result<Options> options =
      OptionsFromEnvironment(getenv_fn, [](const std::string&, const char*) {
        return std::optional<std::string>();
      });
  EXPECT_TRUE(options.ok()) << options.status().message;
  Result<std::unique_ptr<Client>> client = Client::New(*options, getenv_fn);
  EXPECT_TRUE(client.ok()) << client.status().message;
  return *std::move(client);
}

}  // namespace s3
}  // namespace tfs3
