// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Apart from logging_test.cc, as a process has one log.

#include <string>

#include "absl/base/log_severity.h"
#include "absl/log/absl_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/logging.h"

namespace tfs3 {
namespace {

using ::testing::ContainsRegex;

class JsonLoggingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    LogOptions options;
    options.format = LogFormat::kJson;
    options.level = absl::LogSeverityAtLeast::kWarning;
    InitializeLogging(options);
  }
};

TEST_F(JsonLoggingTest, WritesOneObjectALine) {
  ::testing::internal::CaptureStderr();
  ABSL_LOG(WARNING) << "two\n\"lines\"";
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ContainsRegex(R"(^\{"time": "20[0-9-]+T[0-9:.]+Z", )"
                            R"("severity": "WARNING", )"
                            R"("source": "logging_json_test.cc:[0-9]+", )"
                            R"("message": "two\\n\\"lines\\""\})"
                            "\n$"));
}

TEST_F(JsonLoggingTest, LeavesOutWhatIsBelowTheLevel) {
  ::testing::internal::CaptureStderr();
  ABSL_LOG(INFO) << "information";
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tfs3
