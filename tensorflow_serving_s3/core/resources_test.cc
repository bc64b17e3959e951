// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/resources.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

ResourceEstimate Memory(uint64_t bytes) {
  return ResourceEstimate::MainMemory(bytes);
}

// An owner is an address.
const int kA = 0;
const int kB = 0;

TEST(ResourceEstimateTest, PrintsItsQuantities) {
  EXPECT_EQ(Memory(7).DebugString(), "7 bytes of main memory");
  EXPECT_EQ(ResourceEstimate().DebugString(), "nothing");
  EXPECT_EQ(Memory(0), ResourceEstimate());
}

TEST(ResourceTrackerTest, ReservesUpToTheLimit) {
  ResourceTracker tracker(Memory(10));
  EXPECT_TRUE(tracker.Reserve(&kA, Memory(6)));
  EXPECT_FALSE(tracker.Reserve(&kB, Memory(5)));
  EXPECT_TRUE(tracker.Reserve(&kB, Memory(4)));
  EXPECT_EQ(tracker.reserved(), Memory(10));
}

TEST(ResourceTrackerTest, AReleaseFreesTheReservation) {
  ResourceTracker tracker(Memory(10));
  ASSERT_TRUE(tracker.Reserve(&kA, Memory(10)));
  EXPECT_TRUE(tracker.Release(&kA));
  EXPECT_FALSE(tracker.Release(&kA));
  EXPECT_TRUE(tracker.Reserve(&kB, Memory(10)));
}

TEST(ResourceTrackerTest, AReservationShrinksAndNeverGrows) {
  ResourceTracker tracker(Memory(10));
  ASSERT_TRUE(tracker.Reserve(&kA, Memory(6)));
  EXPECT_FALSE(tracker.Shrink(&kA, Memory(8)));
  EXPECT_EQ(tracker.reserved(), Memory(6));
  EXPECT_TRUE(tracker.Shrink(&kA, Memory(2)));
  EXPECT_EQ(tracker.reserved(), Memory(2));
  EXPECT_TRUE(tracker.Release(&kA));
  EXPECT_EQ(tracker.reserved(), ResourceEstimate());
}

TEST(ResourceTrackerTest, FitsWithoutIgnoresLeavingAndOtherOwners) {
  ResourceTracker tracker(Memory(10));
  ASSERT_TRUE(tracker.Reserve(&kA, Memory(6)));
  ASSERT_TRUE(tracker.Reserve(&kB, Memory(3)));
  EXPECT_FALSE(tracker.FitsWithout(Memory(7), {}));
  EXPECT_TRUE(tracker.FitsWithout(Memory(7), {&kA}));
  EXPECT_FALSE(tracker.FitsWithout(Memory(8), {&kA}));
  tracker.MarkUnloading(&kA);
  EXPECT_TRUE(tracker.FitsWithout(Memory(7), {}));
  EXPECT_TRUE(tracker.FitsWithout(Memory(10), {&kB}));
  EXPECT_FALSE(tracker.FitsAlone(Memory(11)));
}

TEST(ResourceTrackerTest, WithoutALimitEverythingFits) {
  ResourceTracker tracker{ResourceEstimate()};
  const ResourceEstimate all = Memory(std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(tracker.Reserve(&kA, all));
  EXPECT_TRUE(tracker.Reserve(&kB, all));
}

TEST(ResourceTrackerTest, ASumThatWouldOverflowDoesNotFit) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  ResourceTracker tracker(Memory(kMax));
  ASSERT_TRUE(tracker.Reserve(&kA, Memory(kMax - 1)));
  EXPECT_FALSE(tracker.Reserve(&kB, Memory(2)));
}

}  // namespace
}  // namespace tfs3
