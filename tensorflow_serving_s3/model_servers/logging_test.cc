// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/logging.h"

#include <string>

#include "absl/log/absl_log.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class LoggingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { InitializeLogging(LogOptions()); }
};

TEST_F(LoggingTest, WritesOneLineWithTimeSeverityAndPlace) {
  ::testing::internal::CaptureStderr();
  ABSL_LOG(INFO) << "two\nlines";
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ContainsRegex("^20[0-9-]+T[0-9:.]+Z I logging_test.cc:[0-9]+\\] "
                            "two\\\\nlines\n$"));
}

TEST_F(LoggingTest, LeavesOutWhatOthersOnlyInformOf) {
  ::testing::internal::CaptureStderr();
  ABSL_LOG(INFO).AtLocation("tensorflow/core/loader.cc", 1) << "information";
  ABSL_LOG(WARNING).AtLocation("tensorflow/core/loader.cc", 2) << "a warning";
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, Not(HasSubstr("information")));
  EXPECT_THAT(logged, HasSubstr(" W loader.cc:2] a warning\n"));
}

}  // namespace
}  // namespace tfs3
