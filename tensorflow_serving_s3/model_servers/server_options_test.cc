// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_options.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;

absl::Status Parse(std::vector<const char*> arguments, ServerOptions* options) {
  return ParseServerOptions(arguments, options);
}

TEST(ServerOptionsTest, DefaultsAreThoseOfTensorFlowServing) {
  ServerOptions options;
  ASSERT_TRUE(Parse({"--model_base_path=/m"}, &options).ok());
  EXPECT_EQ(options.model_name, "default");
  EXPECT_EQ(options.port, 8500);
  EXPECT_EQ(options.rest_api_port, 0);
  EXPECT_EQ(options.rest_api_timeout_in_ms, 30000);
  EXPECT_EQ(options.file_system_poll_wait_seconds, 1);
  EXPECT_EQ(options.max_num_load_retries, 5);
  EXPECT_EQ(options.load_retry_interval_micros, 60000000);
}

TEST(ServerOptionsTest, VersionAndHelpNeedNothingElse) {
  ServerOptions options;
  EXPECT_TRUE(Parse({"--version"}, &options).ok());
  EXPECT_TRUE(options.version);
  EXPECT_TRUE(Parse({"--help"}, &options).ok());
  EXPECT_TRUE(options.help);
}

struct BadCommandLine {
  std::vector<const char*> arguments;
  std::string message;
};

class BadCommandLineTest : public ::testing::TestWithParam<BadCommandLine> {};

TEST_P(BadCommandLineTest, IsExplained) {
  ServerOptions options;
  const absl::Status status = Parse(GetParam().arguments, &options);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCommandLineTest,
    ::testing::Values(BadCommandLine{{}, "set --model_base_path"},
                      BadCommandLine{{"--model_base_path=/m", "--model_name="},
                                     "--model_name is empty"},
                      BadCommandLine{{"--model_base_path=/m", "--port=0"},
                                     "no port to serve on"},
                      BadCommandLine{{"--model_base_path=/m", "--port=8501",
                                      "--rest_api_port=8501"},
                                     "are both 8501"}));

TEST(ServerHelpTest, FitsIntoATerminal) {
  const std::string help = ServerHelp();
  size_t begin = 0;
  size_t longest = 0;
  for (size_t end; (end = help.find('\n', begin)) != help.npos;
       begin = end + 1) {
    longest = std::max(longest, end - begin);
  }
  EXPECT_GT(longest, 60u);
  EXPECT_LE(longest, 80u);
}

}  // namespace
}  // namespace tfs3
