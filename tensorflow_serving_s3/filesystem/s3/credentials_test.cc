// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "aws/auth/credentials.h"
#include "aws/common/byte_buf.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kPatience(4);

std::string AccessKeyId(const Credentials& credentials) {
  const aws_byte_cursor id =
      aws_credentials_get_access_key_id(credentials.value.get());
  return std::string(reinterpret_cast<const char*>(id.ptr), id.len);
}

// The CRT's own providers read the process environment, so the tests do too.
class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    EXPECT_TRUE(AwsRuntime::Get().ok());
    for (const char* name :
         {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
          "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI"}) {
      unsetenv(name);
    }
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_CONFIG_FILE", (file_ + ".none").c_str(), 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", file_.c_str(), 1);
  }
  ~CredentialsTest() override { std::remove(file_.c_str()); }

  const std::string file_ = ::testing::TempDir() + "/credentials_test_file";
};

TEST_F(CredentialsTest, TheEnvironmentComesFirst) {
  std::ofstream(file_) << "[default]\naws_access_key_id = FROMFILE\n"
                          "aws_secret_access_key = s\n";
  setenv("AWS_ACCESS_KEY_ID", "FROMENV", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  CredentialsChain chain(Options(), ProcessGetenv);
  Result<Credentials> credentials = chain.Get(kPatience);
  ASSERT_TRUE(credentials.ok()) << credentials.status().message;
  EXPECT_EQ(AccessKeyId(*credentials), "FROMENV");
  EXPECT_THAT(credentials->source, HasSubstr("AWS_ACCESS_KEY_ID"));
}

TEST_F(CredentialsTest, ThenTheProfile) {
  std::ofstream(file_) << "[default]\naws_access_key_id = DEFAULT\n"
                          "aws_secret_access_key = s\n"
                          "[ci]\naws_access_key_id = CI\n"
                          "aws_secret_access_key = s\n";
  Options options;
  EXPECT_EQ(
      AccessKeyId(*CredentialsChain(options, ProcessGetenv).Get(kPatience)),
      "DEFAULT");
  options.profile = "ci";
  CredentialsChain chain(options, ProcessGetenv);
  EXPECT_EQ(AccessKeyId(*chain.Get(kPatience)), "CI");
  EXPECT_EQ(chain.Get(kPatience)->source, "the profile \"ci\"");
}

TEST_F(CredentialsTest, HalfAPairIsAnErrorAndNotALookElsewhere) {
  setenv("AWS_ACCESS_KEY_ID", "FROMENV", 1);
  CredentialsChain chain(Options(), ProcessGetenv);
  Result<Credentials> credentials = chain.Get(kPatience);
  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.status().code, TF_UNAUTHENTICATED);
  EXPECT_THAT(credentials.status().message,
              HasSubstr("AWS_SECRET_ACCESS_KEY is not"));
}

TEST_F(CredentialsTest, NobodyListsWhoWasAsked) {
  Options options;
  options.profile = "ci";
  CredentialsChain chain(options, ProcessGetenv);
  Result<Credentials> credentials = chain.Get(kPatience);
  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.status().code, TF_UNAUTHENTICATED);
  EXPECT_THAT(credentials.status().message,
              AllOf(HasSubstr("the profile \"ci\": "),
                    HasSubstr("AWS_NO_SIGN_REQUEST=1"), Not(HasSubstr("EC2")),
                    Not(HasSubstr("container"))));
}

TEST_F(CredentialsTest, SourcesThatTheEnvironmentNamesAreAsked) {
  setenv("AWS_WEB_IDENTITY_TOKEN_FILE", (file_ + ".none").c_str(), 1);
  setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader", 1);
  // Nothing listens on port 1 of the loopback interface.
  setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/c", 1);
  Options options;
  options.verify_tls = false;
  CredentialsChain chain(options, ProcessGetenv);
  Result<Credentials> credentials = chain.Get(kPatience);
  ASSERT_FALSE(credentials.ok());
  EXPECT_THAT(credentials.status().message,
              AllOf(HasSubstr("AWS_WEB_IDENTITY_TOKEN_FILE"),
                    HasSubstr("the container")));
}

TEST_F(CredentialsTest, AnonymousAsksNobody) {
  Options options;
  options.anonymous = true;
  options.anonymous_source = "AWS_NO_SIGN_REQUEST";
  CredentialsChain chain(options, ProcessGetenv);
  Result<Credentials> credentials = chain.Get(kPatience);
  ASSERT_TRUE(credentials.ok());
  EXPECT_EQ(credentials->value, nullptr);
  EXPECT_EQ(credentials->source, "AWS_NO_SIGN_REQUEST");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
