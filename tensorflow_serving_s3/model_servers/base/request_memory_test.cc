// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

namespace tfs3 {
namespace {

TEST(RequestMemoryTest, GrantsBytesUpToTheLimit) {
  RequestMemory memory(100);
  RequestMemory::Charge charge(&memory);

  EXPECT_TRUE(charge.TryGrow(60));
  EXPECT_TRUE(charge.TryGrow(40));
  EXPECT_FALSE(charge.TryGrow(1));
  EXPECT_EQ(memory.used(), 100);
  EXPECT_EQ(memory.num_refused(), 1);
}

TEST(RequestMemoryTest, AllChargesShareTheLimit) {
  RequestMemory memory(100);
  RequestMemory::Charge first(&memory);
  RequestMemory::Charge second(&memory);
  ASSERT_TRUE(first.TryGrow(70));

  EXPECT_FALSE(second.TryGrow(31));
  EXPECT_TRUE(second.TryGrow(30));
}

TEST(RequestMemoryTest, ARefusedGrowthChangesNothing) {
  RequestMemory memory(100);
  RequestMemory::Charge charge(&memory);
  ASSERT_TRUE(charge.TryGrow(10));

  EXPECT_FALSE(charge.TryGrow(std::numeric_limits<int64_t>::max() / 2));

  EXPECT_EQ(charge.bytes(), 10);
  EXPECT_EQ(memory.used(), 10);
}

TEST(RequestMemoryTest, GrowThrowsBeyondTheLimit) {
  RequestMemory memory(100);
  RequestMemory::Charge charge(&memory);

  charge.GrowTo(80);
  charge.GrowTo(50);
  EXPECT_EQ(charge.bytes(), 80);
  EXPECT_THROW(charge.GrowTo(101), RequestMemoryExceeded);
  EXPECT_THROW(charge.Grow(21), std::bad_alloc);
}

TEST(RequestMemoryTest, AChargeReturnsItsBytesWhenItIsDestroyed) {
  RequestMemory memory(100);
  {
    RequestMemory::Charge charge(&memory);
    charge.Grow(100);
    RequestMemory::Charge moved = std::move(charge);
    moved.Shrink(30);
    EXPECT_EQ(memory.used(), 70);
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(RequestMemoryTest, ZeroIsNoLimitButCounts) {
  RequestMemory memory(0);
  RequestMemory::Charge charge(&memory);

  EXPECT_TRUE(charge.TryGrow(int64_t{1} << 50));
  EXPECT_EQ(memory.used(), int64_t{1} << 50);
}

TEST(RequestMemoryTest, ChargesWithoutABudgetNeverRefuse) {
  RequestMemory::Charge charge;

  EXPECT_TRUE(charge.TryGrow(int64_t{1} << 50));
}

TEST(RequestMemoryTest, CountsCorrectlyOnManyThreads) {
  RequestMemory memory(1000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&memory] {
      for (int j = 0; j < 10000; ++j) {
        RequestMemory::Charge charge(&memory);
        static_cast<void>(charge.TryGrow(j % 700));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  EXPECT_EQ(memory.used(), 0);
}

TEST(RequestMemoryTest, ARefusedGrowthRefusesNoOtherThread) {
  RequestMemory memory(1000);
  std::atomic<bool> ends{false};
  std::thread greedy([&] {
    RequestMemory::Charge charge(&memory);
    while (!ends) {
      static_cast<void>(charge.TryGrow(1001));
    }
  });

  while (memory.num_refused() == 0) {
    std::this_thread::yield();
  }

  int num_refused = 0;
  for (int i = 0; i < 1000000; ++i) {
    RequestMemory::Charge charge(&memory);
    num_refused += charge.TryGrow(100) ? 0 : 1;
  }
  ends = true;
  greedy.join();

  EXPECT_EQ(num_refused, 0);
}

TEST(RequestMemoryTest, LargeChargesLeaveRoomForSmallOnes) {
  constexpr int64_t kLimit = 64 << 20;
  RequestMemory memory(kLimit);
  RequestMemory::Charge large(&memory);
  EXPECT_FALSE(large.TryGrow(kLimit - kLimit / 16 + 1));
  ASSERT_TRUE(large.TryGrow(kLimit - kLimit / 16));

  RequestMemory::Charge small(&memory);
  EXPECT_TRUE(small.TryGrow(RequestMemory::kSmallChargeBytes));
  EXPECT_FALSE(small.TryGrow(1)) << "is no small charge any more";
  EXPECT_FALSE(large.TryGrow(1));
  EXPECT_TRUE(large.TryGrowReserved(1));
}

TEST(RequestMemoryTest, TheReserveIsSmallInALargeBudget) {
  constexpr int64_t kLimit = int64_t{10} << 30;
  RequestMemory memory(kLimit);
  RequestMemory::Charge charge(&memory);

  EXPECT_TRUE(charge.TryGrow(kLimit - RequestMemory::kMaxReserve));
}

TEST(RequestMemoryTest, TheMessageNamesTheLimitAndTheFlag) {
  EXPECT_THAT(RequestMemory(int64_t{512} << 20).RefusalMessage(),
              testing::HasSubstr("512 MiB (--request_memory_mib)"));
}

TEST(RequestMemoryTest, APartReturnsItsBytesUnlessItKeepsThem) {
  RequestMemory memory(100);
  RequestMemory::Charge charge(&memory);
  {
    RequestMemory::Part part(&charge);
    part.GrowTo(60);
    part.ShrinkTo(50);
    EXPECT_EQ(memory.used(), 50);
    EXPECT_FALSE(part.TryGrow(51));
    EXPECT_THROW(part.Grow(51), RequestMemoryExceeded);
    EXPECT_EQ(part.bytes(), 50);
  }
  EXPECT_EQ(memory.used(), 0);
  {
    RequestMemory::Part part(&charge);
    part.Grow(60);
    part.Keep();
  }
  EXPECT_EQ(memory.used(), 60);
  charge.ShrinkTo(20);
  EXPECT_EQ(memory.used(), 20);
}

}  // namespace
}  // namespace tfs3
