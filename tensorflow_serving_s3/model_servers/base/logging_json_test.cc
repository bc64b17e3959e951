// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Not in logging_test.cc, because a process has only one log.

#include <cstdio>
#include <string>

#include "absl/base/log_severity.h"
#include "absl/log/absl_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr char kTime[] = R"("time": "20[0-9-]+T[0-9:.]+Z")";

// Logs some messages and returns the output on stderr.
std::string Logged() {
  ::testing::internal::CaptureStderr();
  LogOptions options;
  options.format = LogFormat::kJson;
  options.level = absl::LogSeverityAtLeast::kWarning;
  InitializeLogging(options);
  ABSL_LOG(INFO) << "information";
  ABSL_LOG(WARNING) << "two\n\"lines\"";
  WriteLastError(LogFormat::kJson, "no \"port\"");
  std::fprintf(stderr, "E1128 20:04:21.1 12 chttp2.cc:7] from gRPC\n");
  FlushLogging();
  return ::testing::internal::GetCapturedStderr();
}

TEST(JsonLoggingTest, EveryLineIsAnObjectAtOrAboveTheLevel) {
  const std::string logged = Logged();
  const std::string time = std::string("\\{") + kTime;
  EXPECT_THAT(
      logged,
      MatchesRegex(
          time +
          R"(, "severity": "WARNING", "source": "logging_json_test.cc:[0-9]+", )"
          R"("message": "two\\n\\"lines\\""\})"
          "\n" +
          time +
          R"(, "severity": "ERROR", "source": "main.cc", )"
          R"("message": "no \\"port\\""\})"
          "\n" +
          time +
          R"(, "severity": "ERROR", "source": "stderr", )"
          R"("message": "E1128 20:04:21.1 12 chttp2.cc:7\] from gRPC"\})"
          "\n"));
  EXPECT_THAT(logged, Not(HasSubstr("information")));
}

}  // namespace
}  // namespace tfs3
