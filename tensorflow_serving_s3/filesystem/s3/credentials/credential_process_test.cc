// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/credential_process.h"

#include <chrono>
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

const char kSource[] = "the profile \"ci\"";

class CredentialProcessTest : public ::testing::Test {
 protected:
  CredentialProcessTest() { EXPECT_TRUE(AwsRuntime::Get().ok()); }
};

TEST_F(CredentialProcessTest, ParsesItsOutput) {
  const Result<Credentials> credentials = RunCredentialProcess(
      R"(printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "s",
          "SessionToken": "t", "Expiration": "2030-01-02T03:04:05Z"}' AKID)",
      kSource);
  ASSERT_TRUE(credentials.ok()) << credentials.status().message;
  const aws_byte_cursor id =
      aws_credentials_get_access_key_id(credentials->value.get());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(id.ptr), id.len), "AKID");
  EXPECT_EQ(credentials->source, kSource);
  ASSERT_TRUE(credentials->expires_at.has_value());
  EXPECT_EQ(std::chrono::system_clock::to_time_t(*credentials->expires_at),
            1893553445);
}

TEST_F(CredentialProcessTest, ErrorsHaveTheCauseAndNoSecrets) {
  struct Case {
    std::string command, part;
  };
  const std::vector<Case> cases = {
      {"echo vault is sealed >&2; echo geheim; exit 3",
       "ended with exit status 3: vault is sealed"},
      {"exit 4", "ended with exit status 4"},
      {"kill -9 $$", "ended by signal 9"},
      {"/no/such/program geheim >/dev/null 2>&1", "exit status 127"},
      {"echo geheim", "did not print a JSON object"},
      {R"(echo '{"Version": 2, "SecretAccessKey": "geheim"}')", "Version"},
      {R"(echo '{"Version": 1, "SecretAccessKey": "geheim"}')", "AccessKeyId"},
  };
  for (const Case& c : cases) {
    const Result<Credentials> credentials =
        RunCredentialProcess(c.command, kSource);
    ASSERT_FALSE(credentials.ok()) << c.command;
    EXPECT_EQ(credentials.status().code, TF_UNAUTHENTICATED);
    EXPECT_THAT(
        credentials.status().message,
        AllOf(HasSubstr("the credential_process of the profile \"ci\" "),
              HasSubstr(c.part), Not(HasSubstr("geheim"))));
  }
}

TEST_F(CredentialProcessTest, KillsAProcessAfterTheTimeout) {
  for (const std::string command :
       {"echo waiting >&2; sleep 1000", "sleep 1000 & wait",
        "exec >&- 2>&-; sleep 1000"}) {
    const Result<Credentials> credentials =
        RunCredentialProcess(command, kSource, std::chrono::milliseconds(300));
    ASSERT_FALSE(credentials.ok());
    EXPECT_THAT(credentials.status().message,
                HasSubstr("did not end within 300 ms"));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
