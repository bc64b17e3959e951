// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/endpoint.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Options Make(const std::string& endpoint, std::optional<bool> use_https,
             std::optional<bool> virtual_host,
             const std::string& region = "eu-west-1") {
  Options options;
  options.endpoint = endpoint;
  options.endpoint_source = "S3_ENDPOINT";
  options.use_https = use_https;
  options.virtual_host_addressing = virtual_host;
  options.region = region;
  return options;
}

TEST(EndpointTest, PlacesTheBucketInTheHostOrInThePath) {
  constexpr std::nullopt_t kAuto = std::nullopt;
  struct Case {
    Options options;
    std::string bucket, url, path_prefix;
  };
  const std::vector<Case> cases = {
      // AWS.
      {Make("", kAuto, kAuto), "models",
       "https://models.s3.eu-west-1.amazonaws.com", ""},
      {Make("", kAuto, kAuto, "cn-north-1"), "models",
       "https://models.s3.cn-north-1.amazonaws.com.cn", ""},
      {Make("", false, kAuto), "models",
       "http://models.s3.eu-west-1.amazonaws.com", ""},
      {Make("", kAuto, kAuto), "my.models",
       "https://s3.eu-west-1.amazonaws.com", "/my.models"},
      {Make("", kAuto, false), "models", "https://s3.eu-west-1.amazonaws.com",
       "/models"},
      {Make("s3.amazonaws.com", kAuto, kAuto), "models",
       "https://models.s3.amazonaws.com", ""},
      {Make("https://s3.eu-west-1.amazonaws.com/", kAuto, kAuto), "models",
       "https://models.s3.eu-west-1.amazonaws.com", ""},
      // Other stores.
      {Make("http://127.0.0.1:9000", kAuto, kAuto), "models",
       "http://127.0.0.1:9000", "/models"},
      {Make("http://127.0.0.1:9000/", true, kAuto), "models",
       "http://127.0.0.1:9000", "/models"},
      {Make("127.0.0.1:9000", kAuto, kAuto), "models", "https://127.0.0.1:9000",
       "/models"},
      {Make("127.0.0.1:9000", false, kAuto), "models", "http://127.0.0.1:9000",
       "/models"},
      {Make("minio", false, kAuto), "models", "http://minio", "/models"},
      {Make("minio:80", false, kAuto), "models", "http://minio", "/models"},
      {Make("minio:443", false, kAuto), "models", "http://minio:443",
       "/models"},
      {Make("https://minio.example.com", kAuto, true), "models",
       "https://models.minio.example.com", ""},
      {Make("http://proxy/s3/", kAuto, kAuto), "models", "http://proxy",
       "/s3/models"},
      {Make("http://[::1]:9000", kAuto, kAuto), "models", "http://[::1]:9000",
       "/models"},
      {Make("http://[::1]", kAuto, kAuto), "models", "http://[::1]", "/models"},
  };
  for (const Case& c : cases) {
    Result<Endpoint> endpoint = ResolveEndpoint(c.options, c.bucket);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status().message;
    EXPECT_EQ(endpoint->Url(), c.url) << c.options.endpoint;
    EXPECT_EQ(endpoint->path_prefix, c.path_prefix) << c.options.endpoint;
  }
}

TEST(EndpointTest, RefusesWhatIsNoEndpointAndNamesWhoGaveIt) {
  const std::vector<std::string> cases = {
      "ftp://host",       "http://",        "http://:9000",
      "host:port",        "host:0",         "host:65536",
      "host:9000:1",      "http://ho st",   "http://user:pw@host",
      "http://[::1",      "http://[::1]x",  "http://[host]:1",
      "http://host/?a=b", "http://host\r\n"};
  for (const std::string& text : cases) {
    Result<Endpoint> endpoint =
        ResolveEndpoint(Make(text, std::nullopt, std::nullopt), "models");
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint.status().code, TF_INVALID_ARGUMENT);
    EXPECT_THAT(endpoint.status().message, HasSubstr("set by S3_ENDPOINT"));
  }
}

TEST(EndpointTest, DoesNotRepeatAPassword) {
  Result<Endpoint> endpoint = ResolveEndpoint(
      Make("http://user:geheim@host", std::nullopt, std::nullopt), "models");
  ASSERT_FALSE(endpoint.ok());
  EXPECT_THAT(endpoint.status().message, Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
