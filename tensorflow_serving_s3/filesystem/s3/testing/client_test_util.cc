// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/testing/client_test_util.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"

namespace tfs3 {
namespace s3 {
namespace {

std::optional<std::string> TestEnvironment(const char* name) {
  const std::string text = name;
  if (text == "AWS_ACCESS_KEY_ID") {
    return "testkey";
  }
  if (text == "AWS_SECRET_ACCESS_KEY") {
    return "geheim";
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Client> NewClient(const std::string& endpoint,
                                  std::chrono::milliseconds request_timeout,
                                  int max_attempts) {
  Options options;
  options.endpoint = endpoint;
  options.endpoint_source = "S3_ENDPOINT";
  options.request_timeout = request_timeout;
  options.max_attempts = max_attempts;
  Result<std::unique_ptr<Client>> client =
      Client::New(options, TestEnvironment);
  EXPECT_TRUE(client.ok()) << client.status().message;
  return *std::move(client);
}

std::string RespondToRange(const std::string& object,
                           const FakeRequest& request) {
  size_t first = 0;
  size_t last = 0;
  sscanf(request.headers.at("range").c_str(), "bytes=%zu-%zu", &first, &last);
  if (first >= object.size()) {
    return FakeResponse(
        416, "<Error><Code>InvalidRange</Code></Error>",
        "Content-Range: bytes */" + std::to_string(object.size()) + "\r\n");
  }
  last = std::min(last, object.size() - 1);
  return FakeResponse(206, object.substr(first, last - first + 1),
                      std::string(kEtag) + "Content-Range: bytes " +
                          std::to_string(first) + "-" + std::to_string(last) +
                          "/" + std::to_string(object.size()) + "\r\n");
}

Read GetRange(Client& client, uint64_t offset, size_t size,
              const std::string& if_match) {
  std::string buffer(size, '?');
  Result<ObjectRange> range = client.GetObject(
      *ParseUri("s3://models/k"), offset, buffer.data(), size, if_match);
  if (!range.ok()) {
    return {range.status(), "", {}};
  }
  return {{}, buffer.substr(0, range->bytes), range->object};
}

}  // namespace s3
}  // namespace tfs3
