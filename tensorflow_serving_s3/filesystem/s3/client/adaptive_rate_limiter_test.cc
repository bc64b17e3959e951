// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/adaptive_rate_limiter.h"

#include <chrono>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const AdaptiveRateLimiter::Clock::time_point kStart{seconds(1000)};

TEST(AdaptiveRateLimiterTest, NoDelayBeforeTheFirstThrottling) {
  AdaptiveRateLimiter limiter;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limiter.Delay(kStart), milliseconds(0));
  }
}

TEST(AdaptiveRateLimiterTest, ThrottlingDelaysTheNextRequests) {
  AdaptiveRateLimiter limiter;
  for (int i = 0; i < 100; ++i) {
    limiter.Delay(kStart + milliseconds(9 * i));
  }
  const auto now = kStart + milliseconds(900);
  limiter.OnThrottled(now);
  // 100 requests a second were too many, 70 are allowed.
  EXPECT_EQ(limiter.Delay(now), milliseconds(0));
  EXPECT_EQ(limiter.Delay(now), milliseconds(14));
  EXPECT_EQ(limiter.Delay(now), milliseconds(28));
}

TEST(AdaptiveRateLimiterTest, TheRateRecovers) {
  AdaptiveRateLimiter limiter;
  for (int i = 0; i < 100; ++i) {
    limiter.Delay(kStart + milliseconds(9 * i));
  }
  limiter.OnThrottled(kStart + milliseconds(900));
  const auto later = kStart + milliseconds(1900);
  EXPECT_EQ(limiter.Delay(later), milliseconds(0));
  EXPECT_EQ(limiter.Delay(later), milliseconds(9));  // 105 a second.
  const auto much_later = kStart + seconds(60);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limiter.Delay(much_later), milliseconds(0));
  }
}

TEST(AdaptiveRateLimiterTest, NoDelayIsLongerThanASecond) {
  AdaptiveRateLimiter limiter;
  limiter.OnThrottled(kStart);
  for (int i = 0; i < 100; ++i) {
    EXPECT_LE(limiter.Delay(kStart), milliseconds(1000));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
