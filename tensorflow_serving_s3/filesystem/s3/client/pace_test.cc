// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/pace.h"

#include <chrono>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Pace::Clock::time_point kStart{seconds(1000)};

TEST(PaceTest, WithoutAComplaintThereIsNoDelay) {
  Pace pace;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pace.Delay(kStart), milliseconds(0));
  }
}

TEST(PaceTest, AComplaintSpacesWhatFollows) {
  Pace pace;
  for (int i = 0; i < 100; ++i) pace.Delay(kStart + milliseconds(9 * i));
  const auto now = kStart + milliseconds(900);
  pace.Throttled(now);
  // 100 requests a second were too many, 70 are allowed.
  EXPECT_EQ(pace.Delay(now), milliseconds(0));
  EXPECT_EQ(pace.Delay(now), milliseconds(14));
  EXPECT_EQ(pace.Delay(now), milliseconds(28));
}

TEST(PaceTest, TheRateRecovers) {
  Pace pace;
  for (int i = 0; i < 100; ++i) pace.Delay(kStart + milliseconds(9 * i));
  pace.Throttled(kStart + milliseconds(900));
  const auto later = kStart + milliseconds(1900);
  EXPECT_EQ(pace.Delay(later), milliseconds(0));
  EXPECT_EQ(pace.Delay(later), milliseconds(9));  // 105 a second.
  const auto much_later = kStart + seconds(60);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pace.Delay(much_later), milliseconds(0));
  }
}

TEST(PaceTest, NobodyWaitsLongerThanASecond) {
  Pace pace;
  pace.Throttled(kStart);
  for (int i = 0; i < 100; ++i) {
    EXPECT_LE(pace.Delay(kStart), milliseconds(1000));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
