// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Failed, cancelled and parallel fetches of ReadAhead.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/read_ahead.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/read_ahead_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

using ReadAheadFailureTest = ReadAheadTest;

TEST_F(ReadAheadFailureTest, AFailedPrefetchDoesNotFailARead) {
  SetHook([](uint64_t offset, size_t, Cancellation*) -> Status {
    if (offset < 8 * kMiB) {
      return {};
    }
    return {TF_UNAVAILABLE, "the store is away"};
  });
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  Settle();
  EXPECT_GT(FetchedUpTo(), 8 * kMiB);
  SetHook(nullptr);
  EXPECT_TRUE(ReadsRight(ahead, 8 * kMiB, 4 * kMiB));
}

TEST_F(ReadAheadFailureTest, AFailedFetchFailsItsRead) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  SetHook([](uint64_t, size_t, Cancellation*) -> Status {
    return {TF_UNAVAILABLE, "the store is away"};
  });
  std::string buffer(32 * kMiB, '?');
  for (int i = 0; i < 3; ++i) {
    const Status status = ahead.Read(20 * kMiB, buffer.data(), buffer.size());
    EXPECT_EQ(status.code, TF_UNAVAILABLE);
    EXPECT_EQ(status.message, "the store is away");
  }
  SetHook(nullptr);
  EXPECT_TRUE(ReadsRight(ahead, 20 * kMiB, 32 * kMiB));
}

TEST_F(ReadAheadFailureTest, CloseCancelsRunningFetches) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  Settle();
  SetHook([this](uint64_t, size_t, Cancellation* cancellation) {
    return blocker_.Wait(cancellation);
  });
  // Reads bytes in memory, and prefetches more.
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  blocker_.WaitForWaiting(1);
  ahead.Close();
  opened_.clear();
  EXPECT_EQ(blocker_.waiting(), 0);
}

TEST_F(ReadAheadFailureTest, AReadWaitsForARunningFetch) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  Settle();
  SetHook([this](uint64_t, size_t, Cancellation* cancellation) {
    return blocker_.Wait(cancellation);
  });
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  blocker_.WaitForWaiting(1);
  const auto under_way = Fetched().back();
  std::thread releaser([&] { blocker_.Go(); });
  EXPECT_TRUE(ReadsRight(ahead, under_way.first, under_way.second));
  releaser.join();
  const auto ranges = Fetched();
  EXPECT_EQ(std::count(ranges.begin(), ranges.end(), under_way), 1);
}

TEST_F(ReadAheadFailureTest, TheEndOfAStreamDoesNotFailWaitingReads) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  Settle();
  SetHook([&](uint64_t offset, size_t, Cancellation* cancellation) -> Status {
    if (offset >= 50 * kMiB) {
      return {};
    }
    return blocker_.Wait(cancellation);
  });
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  blocker_.WaitForWaiting(1);
  const auto under_way = Fetched().back();
  std::thread reader([&] {
    EXPECT_TRUE(ReadsRight(ahead, under_way.first, under_way.second));
  });
  for (uint64_t at : {60, 50, 55, 62, 52}) {
    EXPECT_TRUE(ReadsRight(ahead, at * kMiB, 10));
  }
  blocker_.Go();
  reader.join();
}

// A read returns the right bytes or an error, with any order of parallel reads
// and any failures. After a failure, reads succeed again.
TEST_F(ReadAheadFailureTest, ThreadsReadRandomlyAndSequentially) {
  FetchWorkers many{FetchWorkers::Options()};
  const uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::atomic<bool> failing{true};
  std::atomic<uint32_t> fetches{0};
  auto account = std::make_shared<MemoryBudget::Account>(&budget_);
  auto ahead = std::make_shared<ReadAhead>(
      object_.size(), MemoryBudget::Block::OutsideBudget(0),
      [&](uint64_t offset, char* buffer, size_t size,
          Cancellation* cancellation) -> Status {
        if (cancellation != nullptr && cancellation->cancelled()) {
          return {TF_CANCELLED, "cancelled"};
        }
        if (failing && ++fetches % 50 == 0) {
          return {TF_UNAVAILABLE, "away"};
        }
        std::memcpy(buffer, object_.data() + offset, size);
        return {};
      },
      &many, &budget_, account);
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      std::minstd_rand random(seed + t);
      const auto upto = [&](size_t most) { return random() % most; };
      std::vector<char> buffer(5 * kMiB);
      uint64_t at = 0;
      for (int i = 0; i < 120; ++i) {
        if (upto(4) == 0) {
          at = upto(object_.size());
        }
        const size_t kinds[] = {100, 10 * kKiB, kMiB, 5 * kMiB};
        const size_t size =
            std::min<uint64_t>(1 + upto(kinds[upto(4)]), object_.size() - at);
        const Status status = ahead->Read(at, buffer.data(), size);
        if (status.ok()) {
          ASSERT_EQ(std::memcmp(buffer.data(), object_.data() + at, size), 0)
              << at << " " << size;
        } else {
          ++failures;
          ASSERT_EQ(status.code, TF_UNAVAILABLE) << status.message;
        }
        at = (at + size) % object_.size();
        if (i == 80) {
          failing = false;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GT(failures, 0);
  EXPECT_TRUE(ReadsRight(*ahead, 0, object_.size()));
  ahead->Close();
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
