// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/logging.h"

#include <algorithm>
#include <string>

#include "absl/log/absl_log.h"
#include "absl/time/time.h"
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

TEST_F(LoggingTest, OmitsInformationOfLibraries) {
  ::testing::internal::CaptureStderr();
  ABSL_LOG(INFO).AtLocation("tensorflow/core/loader.cc", 1) << "information";
  ABSL_LOG(WARNING).AtLocation("tensorflow/core/loader.cc", 2) << "a warning";
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(logged, Not(HasSubstr("information")));
  EXPECT_THAT(logged, HasSubstr(" W loader.cc:2] a warning\n"));
}

TEST_F(LoggingTest, ShowsVerboseMessagesOfLibraries) {
  ::testing::internal::CaptureStderr();
  ABSL_LOG(INFO).AtLocation("tensorflow/core/a.cc", 1).WithVerbosity(1)
      << "details";
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr(" I a.cc:1] details\n"));
}

TEST_F(LoggingTest, TheLastErrorNamesTheProgram) {
  ::testing::internal::CaptureStderr();
  WriteLastError(LogFormat::kText, "no port");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "tensorflow_model_server: no port\n");
}

TEST_F(LoggingTest, OmitsAndCountsRepeatedMessagesOfLibraries) {
  const auto warn = [](absl::Time time) {
    ABSL_LOG(WARNING)
            .AtLocation("google/protobuf/wire.cc", 3)
            .WithTimestamp(time)
        << "not UTF-8";
  };
  const absl::Time second = absl::FromUnixSeconds(1'800'000'000);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 1000; ++i) {
    warn(second);
  }
  const std::string logged = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 10);

  ::testing::internal::CaptureStderr();
  warn(second + absl::Seconds(1));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("not UTF-8 (990 similar messages omitted)\n"));

  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 50; ++i) {
    ABSL_LOG(WARNING) << "ours";
  }
  const std::string own = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(own.begin(), own.end(), '\n'), 50);
}

}  // namespace
}  // namespace tfs3
