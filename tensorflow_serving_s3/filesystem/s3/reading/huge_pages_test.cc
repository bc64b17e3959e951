// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/huge_pages.h"

#include <chrono>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using Clock = HugePageSpeed::Clock;
using std::chrono::microseconds;

constexpr Clock::time_point kNow{std::chrono::hours(1)};

TEST(HugePagesTest, AnyMemoryKeepsItsContent) {
  std::vector<char> memory(3 * kHugePage, 'x');
  PreferHugePages(memory.data() + 7, memory.size() - 9);
  PreferHugePages(memory.data(), 100);
  EXPECT_EQ(memory, std::vector<char>(3 * kHugePage, 'x'));
}

TEST(HugePagesTest, QuickPagesAreRequestedAgain) {
  HugePageSpeed speed;
  EXPECT_TRUE(speed.IsGood(kNow));
  speed.Record(microseconds(200), kNow);
  EXPECT_TRUE(speed.IsGood(kNow));
}

TEST(HugePagesTest, AfterASlowPageNoneAreRequestedForSomeTime) {
  HugePageSpeed speed;
  speed.Record(microseconds(4000), kNow);
  EXPECT_FALSE(speed.IsGood(kNow));
  EXPECT_FALSE(speed.IsGood(kNow + HugePageSpeed::kPause - microseconds(1)));
  EXPECT_TRUE(speed.IsGood(kNow + HugePageSpeed::kPause));
}

TEST(HugePagesTest, AQuickPageDoesNotEndThePauseOfAnotherBuffer) {
  HugePageSpeed speed;
  speed.Record(microseconds(4000), kNow);
  speed.Record(microseconds(200), kNow);
  EXPECT_FALSE(speed.IsGood(kNow));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
