// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_chain.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/auth/credentials.h"
#include "aws/common/byte_buf.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string AccessKeyId(const Credentials& credentials) {
  const aws_byte_cursor id =
      aws_credentials_get_access_key_id(credentials.value.get());
  return std::string(reinterpret_cast<const char*>(id.ptr), id.len);
}

class CredentialsChainTest : public ::testing::Test {
 protected:
  CredentialsChainTest() { EXPECT_TRUE(AwsRuntime::Get().ok()); }
  ~CredentialsChainTest() override { std::remove(file_.c_str()); }

  Result<Credentials> Get(const Options& options) {
    return CredentialsChain(
               options,
               [&](const char* name) -> std::optional<std::string> {
                 const auto it = variables_.find(name);
                 if (it == variables_.end()) {
                   return std::nullopt;
                 }
                 return it->second;
               },
               (*AwsRuntime::Get())->client_bootstrap())
        .Get();
  }

  const std::string file_ = ::testing::TempDir() + "/credentials_test_file";
  std::map<std::string, std::string> variables_ = {
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"AWS_CONFIG_FILE", file_ + ".none"},
      {"AWS_SHARED_CREDENTIALS_FILE", file_}};
};

// A source with numbered credentials.
struct Numbered {
  int fetched = 0;
  Status failure;  // Instead of the next ones.
  std::string expiration;

  CredentialsSource Source() {
    return {"numbers", [this]() -> Result<Credentials> {
              if (!failure.ok()) {
                return failure;
              }
              CredentialParts parts;
              parts.access_key_id = std::to_string(++fetched);
              parts.secret_access_key = "s";
              parts.expiration = expiration;
              return NewCredentials(parts, "numbers");
            }};
  }
};

std::string TimeIn(std::chrono::seconds later) {
  const std::time_t time = std::chrono::system_clock::to_time_t(
      std::chrono::system_clock::now() + later);
  std::tm parts = {};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

TEST_F(CredentialsChainTest, TheEnvironmentHasPriority) {
  std::ofstream(file_) << "[default]\naws_access_key_id = FROMFILE\n"
                          "aws_secret_access_key = s\n";
  variables_["AWS_ACCESS_KEY_ID"] = "FROMENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  const Result<Credentials> credentials = Get(Options());
  ASSERT_TRUE(credentials.ok()) << credentials.status().message;
  EXPECT_EQ(AccessKeyId(*credentials), "FROMENV");
  EXPECT_THAT(credentials->source, HasSubstr("AWS_ACCESS_KEY_ID"));
}

TEST_F(CredentialsChainTest, TheProfileIsNext) {
  std::ofstream(file_) << "[default]\naws_access_key_id = DEFAULT\n"
                          "aws_secret_access_key = s\n"
                          "[ci]\naws_access_key_id = CI\n"
                          "aws_secret_access_key = s\n";
  Options options;
  EXPECT_EQ(AccessKeyId(*Get(options)), "DEFAULT");
  options.profile = "ci";
  EXPECT_EQ(AccessKeyId(*Get(options)), "CI");
  EXPECT_EQ(Get(options)->source, "the profile \"ci\"");
}

TEST_F(CredentialsChainTest, HalfAPairEndsTheSearchWithAnError) {
  variables_["AWS_ACCESS_KEY_ID"] = "FROMENV";
  const Result<Credentials> credentials = Get(Options());
  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.status().code, TF_UNAUTHENTICATED);
  EXPECT_THAT(credentials.status().message,
              HasSubstr("AWS_SECRET_ACCESS_KEY is not"));
}

TEST_F(CredentialsChainTest, WithoutCredentialsTheErrorListsAllSources) {
  const Result<Credentials> credentials = Get(Options());
  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.status().code, TF_UNAUTHENTICATED);
  EXPECT_THAT(
      credentials.status().message,
      AllOf(HasSubstr("the profile \"default\" is not in " + file_),
            HasSubstr("AWS_EC2_METADATA_DISABLED is set"),
            HasSubstr("AWS_NO_SIGN_REQUEST=1"), Not(HasSubstr("container"))));
}

TEST_F(CredentialsChainTest, AMissingNamedProfileEndsTheSearch) {
  Options options;
  options.profile = "ci";
  options.profile_is_named = true;
  const Result<Credentials> credentials = Get(options);
  ASSERT_FALSE(credentials.ok());
  EXPECT_THAT(credentials.status().message,
              AllOf(HasSubstr("AWS_PROFILE names the profile \"ci\", which is "
                              "not in "),
                    HasSubstr(file_), Not(HasSubstr("EC2"))));
}

TEST_F(CredentialsChainTest, ReportsWhyAProfileCannotWork) {
  struct Case {
    std::string profile, part;
  };
  const std::vector<Case> cases = {
      {"aws_access_key_id = a", "has only one of aws_access_key_id"},
      {"role_arn = r", "none of source_profile, credential_source"},
      {"role_arn = r\nsource_profile = other", "\"other\", which does not"},
      {"role_arn = r\nsource_profile = default", "is its own source_profile"},
      {"role_arn = r\nsource_profile = a\ncredential_source = b", "has both"},
      {"role_arn = r\ncredential_source = Moon", "none of Environment"},
      {"role_arn = r\ncredential_source = Environment", "are not set"},
      {"role_arn = r\ncredential_source = EcsContainer",
       "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
      {"role_arn = r\nsource_profile = default\nmfa_serial = m", "mfa_serial"},
      {"role_arn = r\nweb_identity_token_file = /no/such", "/no/such cannot"},
      {"sso_session = work\nsso_account_id = 1", "[sso-session work]"},
      {"sso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\n"
       "sso_start_url = https://start",
       "aws sso login --profile default"},
      {"credential_process = exit 3", "exit status 3"},
  };
  variables_["HOME"] = "/no/such/home";
  for (const Case& c : cases) {
    std::ofstream(file_) << "[default]\n" << c.profile << "\n";
    const Result<Credentials> credentials = Get(Options());
    ASSERT_FALSE(credentials.ok()) << c.profile;
    EXPECT_THAT(credentials.status().message,
                AllOf(HasSubstr("the profile \"default\""), HasSubstr(c.part),
                      Not(HasSubstr("EC2"))));
  }
}

TEST_F(CredentialsChainTest, AFailedWebIdentityEndsTheSearch) {
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = file_ + ".none";
  EXPECT_THAT(Get(Options()).status().message,
              HasSubstr("AWS_ROLE_ARN is not"));
  variables_["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/reader";
  EXPECT_THAT(Get(Options()).status().message,
              HasSubstr(file_ + ".none cannot be read: No such file"));
}

TEST_F(CredentialsChainTest, AFailedContainerEndsTheSearch) {
  // Nothing listens on port 1 of the loopback interface.
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/c";
  EXPECT_THAT(Get(Options()).status().message,
              AllOf(HasSubstr("no response from http://127.0.0.1:1, set by "
                              "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                    Not(HasSubstr("EC2"))));
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://192.0.2.1/c";
  EXPECT_THAT(Get(Options()).status().message, HasSubstr("use https"));
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "c";
  EXPECT_THAT(Get(Options()).status().message,
              HasSubstr("not an http or https URL"));
}

TEST_F(CredentialsChainTest, CachesCredentialsUntilForget) {
  Numbered numbers;
  CredentialsChain chain({numbers.Source()});
  EXPECT_EQ(AccessKeyId(*chain.Get()), "1");
  const Credentials first = *chain.Get();
  EXPECT_EQ(AccessKeyId(first), "1");
  EXPECT_TRUE(chain.Forget(first));
  EXPECT_EQ(AccessKeyId(*chain.Get()), "2");
  // Another caller has discarded these already.
  EXPECT_TRUE(chain.Forget(first));
  EXPECT_EQ(AccessKeyId(*chain.Get()), "2");
}

TEST_F(CredentialsChainTest, ForgetDoesNotApplyToTheEnvironment) {
  variables_["AWS_ACCESS_KEY_ID"] = "a";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  CredentialsChain chain(
      Options(), [&](const char* name) { return variables_[name]; },
      (*AwsRuntime::Get())->client_bootstrap());
  EXPECT_FALSE(chain.Forget(*chain.Get()));
}

TEST_F(CredentialsChainTest, FetchesCredentialsBeforeTheyExpire) {
  Numbered numbers;
  numbers.expiration = TimeIn(std::chrono::hours(1));
  CredentialsChain later({numbers.Source()});
  EXPECT_EQ(AccessKeyId(*later.Get()), "1");
  EXPECT_EQ(AccessKeyId(*later.Get()), "1");
  numbers.expiration = TimeIn(std::chrono::seconds(-1));
  CredentialsChain expired({numbers.Source()});
  EXPECT_EQ(AccessKeyId(*expired.Get()), "2");
  EXPECT_EQ(AccessKeyId(*expired.Get()), "3");
}

TEST_F(CredentialsChainTest, CachesAFailureForSomeSeconds) {
  Numbered numbers;
  numbers.failure = {TF_UNAVAILABLE, "sealed"};
  CredentialsChain chain({numbers.Source()});
  EXPECT_EQ(chain.Get().status().message, "no credentials for S3: sealed");
  numbers.failure = Status();
  EXPECT_EQ(chain.Get().status().code, TF_UNAVAILABLE);
  EXPECT_EQ(numbers.fetched, 0);
}

TEST_F(CredentialsChainTest, AnonymousUsesNoSource) {
  Options options;
  options.anonymous = true;
  options.anonymous_source = "AWS_NO_SIGN_REQUEST";
  const Result<Credentials> credentials = Get(options);
  ASSERT_TRUE(credentials.ok());
  EXPECT_EQ(credentials->value, nullptr);
  EXPECT_EQ(credentials->source, "AWS_NO_SIGN_REQUEST");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
