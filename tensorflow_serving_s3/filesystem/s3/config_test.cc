// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/config.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

// `profile` holds "name/property" -> value.
Result<Options> Read(const Variables& variables,
                     const Variables& profile = {}) {
  return OptionsFromEnvironment(
      [&](const char* name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        if (it == variables.end()) return std::nullopt;
        return it->second;
      },
      [&](const std::string& name,
          const char* property) -> std::optional<std::string> {
        const auto it = profile.find(name + "/" + property);
        if (it == profile.end()) return std::nullopt;
        return it->second;
      });
}

TEST(ConfigTest, NothingSetMeansAwsWithDefaults) {
  Result<Options> options = Read({});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->endpoint, "");
  EXPECT_EQ(options->region, "us-east-1");
  EXPECT_EQ(options->use_https, std::nullopt);
  EXPECT_TRUE(options->verify_tls);
  EXPECT_FALSE(options->anonymous);
  EXPECT_EQ(options->virtual_host_addressing, std::nullopt);
  EXPECT_EQ(options->connect_timeout, std::chrono::milliseconds(1000));
  EXPECT_EQ(options->request_timeout, std::chrono::milliseconds(3000));
  EXPECT_EQ(options->max_attempts, 5);
  EXPECT_EQ(options->log_level, LogLevel::kOff);
}

TEST(ConfigTest, EmptyMeansNotSet) {
  Result<Options> options = Read({{"S3_ENDPOINT", ""},
                                  {"AWS_REGION", ""},
                                  {"S3_VERIFY_SSL", ""},
                                  {"AWS_MAX_ATTEMPTS", ""},
                                  {"AWS_LOG_LEVEL", ""}});
  ASSERT_TRUE(options.ok()) << options.status().message;
  EXPECT_EQ(options->endpoint, "");
  EXPECT_EQ(options->region, "us-east-1");
  EXPECT_TRUE(options->verify_tls);
}

TEST(ConfigTest, EndpointPrecedence) {
  Variables variables = {{"S3_ENDPOINT", "a:1"},
                         {"AWS_ENDPOINT_URL_S3", "http://b:2"},
                         {"AWS_ENDPOINT_URL", "http://c:3"}};
  const Variables profile = {{"default/endpoint_url", "http://d:4"}};
  EXPECT_EQ(Read(variables, profile)->endpoint, "a:1");
  EXPECT_EQ(Read(variables, profile)->endpoint_source, "S3_ENDPOINT");
  variables.erase("S3_ENDPOINT");
  EXPECT_EQ(Read(variables, profile)->endpoint, "http://b:2");
  variables.erase("AWS_ENDPOINT_URL_S3");
  EXPECT_EQ(Read(variables, profile)->endpoint, "http://c:3");
  variables.erase("AWS_ENDPOINT_URL");
  EXPECT_EQ(Read(variables, profile)->endpoint, "http://d:4");
  EXPECT_EQ(Read(variables, profile)->endpoint_source,
            "the profile \"default\"");
}

TEST(ConfigTest, RegionPrecedence) {
  Variables variables = {{"AWS_REGION", "eu-west-1"},
                         {"AWS_DEFAULT_REGION", "eu-west-2"},
                         {"AWS_PROFILE", "ci"}};
  const Variables profile = {{"ci/region", "eu-west-3"},
                             {"default/region", "eu-north-1"}};
  EXPECT_EQ(Read(variables, profile)->region, "eu-west-1");
  variables.erase("AWS_REGION");
  EXPECT_EQ(Read(variables, profile)->region, "eu-west-2");
  EXPECT_EQ(Read(variables, profile)->region_source, "AWS_DEFAULT_REGION");
  variables.erase("AWS_DEFAULT_REGION");
  EXPECT_EQ(Read(variables, profile)->region, "eu-west-3");
  EXPECT_EQ(Read(variables, profile)->region_source, "the profile \"ci\"");
  variables.erase("AWS_PROFILE");
  EXPECT_EQ(Read(variables, profile)->region, "eu-north-1");
}

TEST(ConfigTest, BooleansInTheFormsThatPeopleWrite) {
  for (const char* yes : {"1", "true", "TRUE", "True", "yes", "on"}) {
    Result<Options> options = Read({{"S3_USE_HTTPS", yes},
                                    {"S3_USER_VIRTUAL_BUCKET", yes},
                                    {"awsAnonymousCredential", yes}});
    ASSERT_TRUE(options.ok()) << options.status().message;
    EXPECT_EQ(options->use_https, true);
    EXPECT_EQ(options->virtual_host_addressing, true);
    EXPECT_TRUE(options->anonymous);
    EXPECT_EQ(options->anonymous_source, "awsAnonymousCredential");
  }
  for (const char* no : {"0", "false", "False", "no", "OFF"}) {
    Result<Options> options =
        Read({{"S3_VERIFY_SSL", no}, {"AWS_NO_SIGN_REQUEST", no}});
    ASSERT_TRUE(options.ok()) << options.status().message;
    EXPECT_FALSE(options->verify_tls);
    EXPECT_FALSE(options->anonymous);
  }
}

TEST(ConfigTest, ReadsTheOthers) {
  Result<Options> options = Read({{"S3_CA_FILE", "/ca.pem"},
                                  {"AWS_CA_BUNDLE", "/bundle.pem"},
                                  {"S3_CA_PATH", "/certs"},
                                  {"AWS_NO_SIGN_REQUEST", "1"},
                                  {"S3_CONNECT_TIMEOUT_MSEC", "250"},
                                  {"S3_REQUEST_TIMEOUT_MSEC", "60000"},
                                  {"AWS_MAX_ATTEMPTS", "9"},
                                  {"AWS_LOG_LEVEL", "Debug"}});
  ASSERT_TRUE(options.ok()) << options.status().message;
  EXPECT_EQ(options->ca_file, "/ca.pem");
  EXPECT_EQ(options->ca_path, "/certs");
  EXPECT_EQ(options->anonymous_source, "AWS_NO_SIGN_REQUEST");
  EXPECT_EQ(options->connect_timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(options->request_timeout, std::chrono::minutes(1));
  EXPECT_EQ(options->max_attempts, 9);
  EXPECT_EQ(options->log_level, LogLevel::kDebug);
  EXPECT_EQ(Read({{"AWS_CA_BUNDLE", "/bundle.pem"}})->ca_file, "/bundle.pem");
}

TEST(ConfigTest, AValueThatCannotBeUnderstoodNamesItsVariable) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"S3_USE_HTTPS", "maybe"},
      {"S3_VERIFY_SSL", "2"},
      {"S3_USER_VIRTUAL_BUCKET", "path"},
      {"AWS_NO_SIGN_REQUEST", "-"},
      {"awsAnonymousCredential", "si"},
      {"S3_CONNECT_TIMEOUT_MSEC", "1s"},
      {"S3_CONNECT_TIMEOUT_MSEC", "0"},
      {"S3_REQUEST_TIMEOUT_MSEC", "-5"},
      {"S3_REQUEST_TIMEOUT_MSEC", "99999999999999999999"},
      {"AWS_MAX_ATTEMPTS", "0"},
      {"AWS_LOG_LEVEL", "loud"},
      {"AWS_REGION", "US East"},
      {"AWS_DEFAULT_REGION", "eu-west-1\r\nX: y"},
  };
  for (const auto& [name, value] : cases) {
    Result<Options> options = Read({{name, value}});
    ASSERT_FALSE(options.ok()) << name << "=" << value;
    EXPECT_EQ(options.status().code, TF_INVALID_ARGUMENT);
    EXPECT_THAT(options.status().message, HasSubstr(name));
    EXPECT_THAT(options.status().message, HasSubstr("\"" + value + "\""));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
