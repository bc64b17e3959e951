// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Variables = std::map<std::string, std::string>;

// `profile` holds "name/property" -> value.
Result<Options> Read(const Variables& variables,
                     const Variables& profile = {}) {
  return OptionsFromEnvironment(
      [&](const char* name) -> std::optional<std::string> {
        const auto it = variables.find(name);
        if (it == variables.end()) {
          return std::nullopt;
        }
        return it->second;
      },
      [&](const std::string& name,
          const char* property) -> std::optional<std::string> {
        const auto it = profile.find(name + "/" + property);
        if (it == profile.end()) {
          return std::nullopt;
        }
        return it->second;
      });
}

TEST(ConfigTest, WithoutSettingsTheDefaultsOfAwsApply) {
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
  EXPECT_EQ(options->read_ahead_bytes, std::nullopt);
  EXPECT_EQ(options->log_level, LogLevel::kOff);
}

TEST(ConfigTest, ReadsEncryptionFromTheVariablesOfObjectStore) {
  Result<Options> options = Read({});
  EXPECT_EQ(options->encryption.algorithm, "");
  options = Read({{"AWS_SERVER_SIDE_ENCRYPTION", "aes256"}});
  ASSERT_TRUE(options.ok()) << options.status().message;
  EXPECT_EQ(options->encryption.algorithm, "AES256");
  for (const std::string key :
       {"1234abcd-12ab", "arn:aws:kms:us-east-1:123456789012:key/1234abcd",
        "alias/models", "mrk-1234"}) {
    options = Read({{"AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"},
                    {"AWS_SSE_KMS_KEY_ID", key},
                    {"AWS_SSE_BUCKET_KEY_ENABLED", "true"}});
    ASSERT_TRUE(options.ok()) << options.status().message;
    EXPECT_EQ(options->encryption.algorithm, "aws:kms");
    EXPECT_EQ(options->encryption.kms_key_id, key);
    EXPECT_EQ(options->encryption.bucket_key, true);
  }
  options = Read({{"AWS_SERVER_SIDE_ENCRYPTION", "aws:kms:dsse"},
                  {"AWS_SSE_KMS_KEY_ID", "k"}});
  ASSERT_TRUE(options.ok()) << options.status().message;
  EXPECT_EQ(options->encryption.algorithm, "aws:kms:dsse");
  EXPECT_EQ(options->encryption.bucket_key, std::nullopt);
}

TEST(ConfigTest, InvalidEncryptionIsAnError) {
  struct Case {
    Variables variables;
    std::string part;
  };
  const std::vector<Case> cases = {
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "kms"}},
       "AWS_SERVER_SIDE_ENCRYPTION is set to \"kms\""},
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "sse-c"}}, "SSE-C"},
      {{{"AWS_SSE_KMS_KEY_ID", "k"}},
       "AWS_SSE_KMS_KEY_ID names a KMS key, and AWS_SERVER_SIDE_ENCRYPTION is "
       "not set: set AWS_SERVER_SIDE_ENCRYPTION to aws:kms"},
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "AES256"}, {"AWS_SSE_KMS_KEY_ID", "k"}},
       "AWS_SERVER_SIDE_ENCRYPTION is AES256"},
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"},
        {"AWS_SSE_KMS_KEY_ID", "k\r\nx: y"}},
       "use the ID, the ARN or the alias"},
      {{{"AWS_SSE_BUCKET_KEY_ENABLED", "true"}}, "only aws:kms has bucket"},
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "AES256"},
        {"AWS_SSE_BUCKET_KEY_ENABLED", "1"}},
       "only aws:kms has bucket keys"},
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "aws:kms:dsse"},
        {"AWS_SSE_BUCKET_KEY_ENABLED", "1"}},
       "only aws:kms has bucket keys"},
      {{{"AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"},
        {"AWS_SSE_BUCKET_KEY_ENABLED", "maybe"}},
       "AWS_SSE_BUCKET_KEY_ENABLED is set to \"maybe\""},
  };
  for (const Case& c : cases) {
    const Result<Options> options = Read(c.variables);
    EXPECT_EQ(options.status().code, TF_INVALID_ARGUMENT) << c.part;
    EXPECT_THAT(options.status().message, HasSubstr(c.part));
  }
}

TEST(ConfigTest, ReadsAllFormsOfRequesterPays) {
  EXPECT_FALSE(Read({})->requester_pays);
  EXPECT_TRUE(Read({{"AWS_REQUEST_PAYER", "requester"}})->requester_pays);
  EXPECT_TRUE(Read({{"AWS_REQUEST_PAYER", "true"}})->requester_pays);
  EXPECT_FALSE(Read({{"AWS_REQUEST_PAYER", "false"}})->requester_pays);
  EXPECT_THAT(Read({{"AWS_REQUEST_PAYER", "me"}}).status().message,
              HasSubstr("AWS_REQUEST_PAYER is set to \"me\""));
}

TEST(ConfigTest, SessionsOfDirectoryBucketsCanBeDisabled) {
  EXPECT_FALSE(Read({})->disable_express_sessions);
  EXPECT_TRUE(Read({{"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "true"}})
                  ->disable_express_sessions);
  EXPECT_TRUE(Read({}, {{"default/s3_disable_express_session_auth", "true"}})
                  ->disable_express_sessions);
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
            "endpoint_url of the profile \"default\"");
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
  EXPECT_EQ(Read(variables, profile)->region_source,
            "region of the profile \"ci\"");
  variables.erase("AWS_PROFILE");
  EXPECT_EQ(Read(variables, profile)->region, "eu-north-1");
}

TEST(ConfigTest, TheServicesSectionOverridesTheProfile) {
  const Variables profile = {{"ci/endpoint_url", "http://general"},
                             {"ci/services/s3.endpoint_url", "http://for-s3"}};
  const Result<Options> options = Read({{"AWS_PROFILE", "ci"}}, profile);
  EXPECT_EQ(options->endpoint, "http://for-s3");
  EXPECT_EQ(options->endpoint_source, "s3.endpoint_url of the profile \"ci\"");
}

TEST(ConfigTest, ConfiguredEndpointsCanBeIgnored) {
  Variables variables = {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"},
                         {"AWS_ENDPOINT_URL", "http://general"}};
  EXPECT_EQ(Read(variables)->endpoint, "");
  variables["S3_ENDPOINT"] = "http://ours";
  EXPECT_EQ(Read(variables)->endpoint, "http://ours");
}

TEST(ConfigTest, AnEndpointOfAwsSetsTheRegion) {
  const std::string endpoint = "https://s3.eu-west-1.amazonaws.com";
  EXPECT_EQ(Read({{"S3_ENDPOINT", endpoint}})->region, "eu-west-1");
  EXPECT_EQ(Read({{"S3_ENDPOINT", endpoint}})->region_source, "S3_ENDPOINT");
  EXPECT_EQ(
      Read({{"S3_ENDPOINT", endpoint}, {"AWS_REGION", "us-west-2"}})->region,
      "us-west-2");
  EXPECT_EQ(Read({{"S3_ENDPOINT", "s3.amazonaws.com"}})->region, "us-east-1");
}

TEST(ConfigTest, ReadsTheAddressingStyleOfTheProfile) {
  Variables profile = {{"default/s3.addressing_style", "path"}};
  EXPECT_EQ(Read({}, profile)->virtual_host_addressing, false);
  EXPECT_EQ(
      Read({{"S3_USER_VIRTUAL_BUCKET", "1"}}, profile)->virtual_host_addressing,
      true);
  profile["default/s3.addressing_style"] = "virtual";
  EXPECT_EQ(Read({}, profile)->virtual_host_addressing, true);
  profile["default/s3.addressing_style"] = "auto";
  EXPECT_EQ(Read({}, profile)->virtual_host_addressing, std::nullopt);
  profile["default/s3.addressing_style"] = "both";
  EXPECT_EQ(Read({}, profile)->virtual_host_addressing, std::nullopt);
  EXPECT_THAT(Read({}, profile)->remarks,
              ElementsAre(HasSubstr("s3.addressing_style of the profile "
                                    "\"default\" is set to \"both\"")));
}

TEST(ConfigTest, ReadsTheVariantsOfAwsEndpoints) {
  const Result<Options> options = Read({{"S3_USE_ACCELERATE", "1"},
                                        {"AWS_USE_DUALSTACK_ENDPOINT", "true"},
                                        {"AWS_USE_FIPS_ENDPOINT", "false"}});
  EXPECT_EQ(options->accelerate_source, "S3_USE_ACCELERATE");
  EXPECT_EQ(options->dual_stack_source, "AWS_USE_DUALSTACK_ENDPOINT");
  EXPECT_EQ(options->fips_source, "");
  EXPECT_EQ(Read({}, {{"default/use_fips_endpoint", "true"}})->fips_source,
            "use_fips_endpoint of the profile \"default\"");
}

TEST(ConfigTest, RetryModes) {
  EXPECT_EQ(Read({{"AWS_RETRY_MODE", "legacy"}})->max_attempts, 5);
  EXPECT_EQ(Read({{"AWS_RETRY_MODE", "standard"}})->max_attempts, 3);
  EXPECT_EQ(Read({{"AWS_RETRY_MODE", "adaptive"}})->max_attempts, 3);
  EXPECT_EQ(Read({{"AWS_RETRY_MODE", "Adaptive"}})->retry_mode,
            RetryMode::kAdaptive);
  EXPECT_EQ(Read({{"AWS_RETRY_MODE", "standard"}, {"AWS_MAX_ATTEMPTS", "7"}})
                ->max_attempts,
            7);
  EXPECT_EQ(Read({}, {{"default/max_attempts", "2"}})->max_attempts, 2);
}

TEST(ConfigTest, ReadsProxiesInBothSpellings) {
  Variables variables = {{"HTTP_PROXY", "http://a"},
                         {"HTTPS_PROXY", "http://b"},
                         {"NO_PROXY", "c"}};
  EXPECT_EQ(Read(variables)->proxies.http_proxy, "http://a");
  EXPECT_EQ(Read(variables)->proxies.http_proxy_source, "HTTP_PROXY");
  EXPECT_EQ(Read(variables)->proxies.https_proxy, "http://b");
  EXPECT_EQ(Read(variables)->proxies.no_proxy, "c");
  variables["http_proxy"] = "http://d";
  variables["https_proxy"] = "http://e";
  variables["no_proxy"] = "f";
  EXPECT_EQ(Read(variables)->proxies.http_proxy, "http://d");
  EXPECT_EQ(Read(variables)->proxies.https_proxy_source, "https_proxy");
  EXPECT_EQ(Read(variables)->proxies.no_proxy, "f");
}

TEST(ConfigTest, ANamedProfileMustExist) {
  EXPECT_FALSE(Read({})->profile_is_named);
  EXPECT_TRUE(Read({{"AWS_PROFILE", "default"}})->profile_is_named);
}

TEST(ConfigTest, ReadsBooleansInAllForms) {
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

TEST(ConfigTest, ReadsTheOtherSettings) {
  Result<Options> options = Read({{"S3_CA_FILE", "/ca.pem"},
                                  {"AWS_CA_BUNDLE", "/bundle.pem"},
                                  {"S3_CA_PATH", "/certs"},
                                  {"AWS_NO_SIGN_REQUEST", "1"},
                                  {"S3_CONNECT_TIMEOUT_MSEC", "250"},
                                  {"S3_REQUEST_TIMEOUT_MSEC", "60000"},
                                  {"AWS_MAX_ATTEMPTS", "9"},
                                  {"S3_READ_AHEAD_MIB", "64"},
                                  {"AWS_LOG_LEVEL", "Debug"}});
  ASSERT_TRUE(options.ok()) << options.status().message;
  EXPECT_EQ(options->ca_file, "/ca.pem");
  EXPECT_EQ(options->ca_path, "/certs");
  EXPECT_EQ(options->anonymous_source, "AWS_NO_SIGN_REQUEST");
  EXPECT_EQ(options->connect_timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(options->request_timeout, std::chrono::minutes(1));
  EXPECT_EQ(options->max_attempts, 9);
  EXPECT_EQ(options->read_ahead_bytes, uint64_t{64} << 20);
  EXPECT_EQ(options->log_level, LogLevel::kDebug);
  EXPECT_EQ(Read({{"AWS_CA_BUNDLE", "/bundle.pem"}})->ca_file, "/bundle.pem");
}

TEST(ConfigTest, ReadsChecksumSettings) {
  EXPECT_TRUE(Read({})->checksum_of_responses);
  EXPECT_FALSE(Read({})->checksum_of_requests);
  Options options =
      *Read({{"AWS_RESPONSE_CHECKSUM_VALIDATION", "WHEN_REQUIRED"},
             {"AWS_REQUEST_CHECKSUM_CALCULATION", "When_Supported"}});
  EXPECT_FALSE(options.checksum_of_responses);
  EXPECT_TRUE(options.checksum_of_requests);
  const Variables profile = {
      {"default/response_checksum_validation", "when_required"},
      {"default/request_checksum_calculation", "when_supported"}};
  EXPECT_FALSE(Read({}, profile)->checksum_of_responses);
  EXPECT_TRUE(Read({}, profile)->checksum_of_requests);
  options = *Read({{"AWS_RESPONSE_CHECKSUM_VALIDATION", "when_supported"},
                   {"AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"}},
                  profile);
  EXPECT_TRUE(options.checksum_of_responses);
  EXPECT_FALSE(options.checksum_of_requests);
}

TEST(ConfigTest, IgnoresAnInvalidValueWithARemark) {
  struct Case {
    std::string name, value, allowed;
  };
  const std::vector<Case> cases = {
      {"AWS_LOG_LEVEL", "3", "off, fatal, error, warn, info, debug or trace"},
      {"AWS_LOG_LEVEL", "loud", "off, fatal"},
      {"AWS_RETRY_MODE", "often", "legacy, standard or adaptive"},
      {"AWS_MAX_ATTEMPTS", "0", "a whole number from 1 to 100"},
      {"AWS_MAX_ATTEMPTS", "many", "a whole number from 1 to 100"},
      {"S3_CONNECT_TIMEOUT_MSEC", "1s", "a whole number from 1"},
      {"S3_CONNECT_TIMEOUT_MSEC", "0", "a whole number from 1"},
      {"S3_REQUEST_TIMEOUT_MSEC", "-5", "a whole number from 1"},
      {"S3_REQUEST_TIMEOUT_MSEC", "1e3", "a whole number from 1"},
      {"S3_REQUEST_TIMEOUT_MSEC", "99999999999999999999", "to 3600000"},
      {"S3_READ_AHEAD_MIB", "64M", "a whole number from 0 to 1048576"},
      {"S3_READ_AHEAD_MIB", "1048577", "a whole number from 0 to 1048576"},
      {"S3_USE_HTTPS", "maybe", "1, true, yes, on or 0, false, no, off"},
      {"S3_VERIFY_SSL", "2", "1, true, yes, on or 0, false, no, off"},
      {"S3_USER_VIRTUAL_BUCKET", "path", "1, true, yes, on"},
      {"S3_USE_ACCELERATE", "fast", "1, true, yes, on"},
      {"AWS_NO_SIGN_REQUEST", "-", "1, true, yes, on"},
      {"awsAnonymousCredential", "si", "1, true, yes, on"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "6", "1, true, yes, on"},
      {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "all", "1, true, yes, on"},
      {"AWS_EC2_METADATA_DISABLED", "disabled", "1, true, yes, on"},
      {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "v6", "IPv4 or IPv6"},
      {"AWS_RESPONSE_CHECKSUM_VALIDATION", "never",
       "when_supported or when_required"},
      {"AWS_REQUEST_CHECKSUM_CALCULATION", "always",
       "when_supported or when_required"},
  };
  const Options defaults = *Read({});
  for (const Case& c : cases) {
    const Result<Options> options = Read({{c.name, c.value}});
    ASSERT_TRUE(options.ok()) << options.status().message;
    EXPECT_THAT(
        options->remarks,
        ElementsAre(AllOf(HasSubstr(c.name + " is set to \"" + c.value + "\""),
                          HasSubstr("ignored"), HasSubstr(c.allowed))));
    EXPECT_EQ(options->log_level, defaults.log_level);
    EXPECT_EQ(options->max_attempts, defaults.max_attempts);
    EXPECT_EQ(options->retry_mode, defaults.retry_mode);
    EXPECT_EQ(options->connect_timeout, defaults.connect_timeout);
    EXPECT_EQ(options->request_timeout, defaults.request_timeout);
    EXPECT_EQ(options->read_ahead_bytes, std::nullopt);
    EXPECT_EQ(options->use_https, std::nullopt);
    EXPECT_EQ(options->virtual_host_addressing, std::nullopt);
    EXPECT_EQ(options->accelerate_source, "");
    EXPECT_EQ(options->dual_stack_source, "");
    // The safe defaults.
    EXPECT_TRUE(options->verify_tls);
    EXPECT_FALSE(options->anonymous);
    EXPECT_TRUE(options->checksum_of_responses);
  }
}

TEST(ConfigTest, AnIgnoredValueIsReplacedByTheNextSetting) {
  const Variables profile = {{"default/max_attempts", "7"},
                             {"default/retry_mode", "adaptive"},
                             {"default/use_dualstack_endpoint", "true"}};
  const Result<Options> options = Read({{"AWS_MAX_ATTEMPTS", "many"},
                                        {"AWS_RETRY_MODE", "often"},
                                        {"AWS_USE_DUALSTACK_ENDPOINT", "6"}},
                                       profile);
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->max_attempts, 7);
  EXPECT_EQ(options->retry_mode, RetryMode::kAdaptive);
  EXPECT_EQ(options->dual_stack_source,
            "use_dualstack_endpoint of the profile \"default\"");
  EXPECT_EQ(options->remarks.size(), 3u);
}

TEST(ConfigTest, IgnoresSpaceAroundAValue) {
  const Result<Options> options = Read({{"S3_VERIFY_SSL", "0\n"},
                                        {"AWS_MAX_ATTEMPTS", " 7 "},
                                        {"AWS_LOG_LEVEL", "debug\r\n"}});
  EXPECT_FALSE(options->verify_tls);
  EXPECT_EQ(options->max_attempts, 7);
  EXPECT_EQ(options->log_level, LogLevel::kDebug);
  EXPECT_THAT(options->remarks, IsEmpty());
}

TEST(ConfigTest, AValueThatMustNotBeIgnoredIsAnError) {
  const Result<Options> options = Read({{"AWS_USE_FIPS_ENDPOINT", "140"}});
  ASSERT_FALSE(options.ok());
  EXPECT_EQ(options.status().code, TF_INVALID_ARGUMENT);
  EXPECT_THAT(options.status().message,
              HasSubstr("AWS_USE_FIPS_ENDPOINT is set to \"140\""));
}

TEST(ConfigTest, ARegionMayHaveAnyName) {
  for (const char* region : {"RegionOne", "us_east", "garage", "auto", "A b"}) {
    EXPECT_EQ(Read({{"AWS_REGION", region}})->region, region);
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
