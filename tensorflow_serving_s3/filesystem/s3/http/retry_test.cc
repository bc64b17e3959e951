// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

#include <chrono>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;

Options Make(int max_attempts, milliseconds request_timeout) {
  Options options;
  options.max_attempts = max_attempts;
  options.request_timeout = request_timeout;
  return options;
}

TEST(RetryTest, EndsAfterTheMaximumOfAttempts) {
  Retry retry(Make(3, milliseconds(60000)));
  EXPECT_TRUE(retry.WaitForNextAttempt());
  EXPECT_TRUE(retry.WaitForNextAttempt());
  EXPECT_FALSE(retry.WaitForNextAttempt());
  EXPECT_EQ(retry.attempts(), 3);
}

TEST(RetryTest, OneAttemptMeansNoRetry) {
  Retry retry(Make(1, milliseconds(60000)));
  EXPECT_FALSE(retry.WaitForNextAttempt());
  EXPECT_EQ(retry.attempts(), 1);
}

TEST(RetryTest, AnAttemptHasTheRequestTimeoutWhileThereIsTime) {
  EXPECT_EQ(Retry(Make(3, milliseconds(60000))).AttemptTimeout(),
            milliseconds(60000));
}

TEST(RetryTest, EndsWhenItsTimeIsUp) {
  // Too little for one attempt.
  Retry retry(Make(100, milliseconds(1)));
  EXPECT_FALSE(retry.WaitForNextAttempt());
  EXPECT_GE(retry.AttemptTimeout(), milliseconds(1));
}

TEST(RetryTest, WaitsForRetryAfter) {
  Retry retry(Make(5, milliseconds(60000)));
  const auto before = Retry::Clock::now();
  retry.SetRetryAfter(milliseconds(200));
  EXPECT_TRUE(retry.WaitForNextAttempt());
  EXPECT_GE(Retry::Clock::now() - before, milliseconds(200));
}

TEST(RetryTest, EndsIfRetryAfterIsLongerThanTheTimeLeft) {
  Retry retry(Make(5, milliseconds(1000)));
  retry.SetRetryAfter(milliseconds(60000));
  EXPECT_FALSE(retry.WaitForNextAttempt());
}

TEST(RetryTest, LongPausesUseMostOfTheTime) {
  Retry retry(Make(5, milliseconds(2000)));
  for (int i = 0; i < 4; ++i) {
    retry.UseLongPause();
    EXPECT_TRUE(retry.WaitForNextAttempt());
  }
  EXPECT_GE(retry.elapsed(), milliseconds(2000));  // Of 3000.
  // The last attempt has some left.
  EXPECT_GT(retry.AttemptTimeout(), milliseconds(1));
}

TEST(RetryTest, TheFirstLongPauseIsASecond) {
  Retry retry(Make(2, milliseconds(60000)));
  retry.UseLongPause();
  EXPECT_TRUE(retry.WaitForNextAttempt());
  EXPECT_GE(retry.elapsed(), milliseconds(750));
}

TEST(RetryTest, ProgressResetsTheCount) {
  Retry retry(Make(2, milliseconds(60000)));
  EXPECT_TRUE(retry.WaitForNextAttempt());
  retry.RecordReceived(size_t{1} << 20);
  EXPECT_TRUE(retry.WaitForNextAttempt());
  EXPECT_TRUE(retry.WaitForNextAttempt());
  EXPECT_FALSE(retry.WaitForNextAttempt());
  EXPECT_EQ(retry.attempts(), 4);
}

TEST(RetryTest, AFewBytesAreNotProgress) {
  Retry retry(Make(2, milliseconds(60000)));
  EXPECT_TRUE(retry.WaitForNextAttempt());
  retry.RecordReceived(1);
  EXPECT_FALSE(retry.WaitForNextAttempt());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
