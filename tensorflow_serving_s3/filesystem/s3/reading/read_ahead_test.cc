// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/read_ahead.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/read_ahead_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST_F(ReadAheadTest, DoesNotFetchKnownBytes) {
  object_ = "0123456789";
  ReadAhead& ahead = Open(10);
  EXPECT_TRUE(ReadsRight(ahead, 0, 10));
  EXPECT_TRUE(ReadsRight(ahead, 9, 1));
  EXPECT_TRUE(ReadsRight(ahead, 10, 0));
  EXPECT_EQ(Fetched().size(), 0u);
}

TEST_F(ReadAheadTest, SmallSequentialReadsFetchEachByteOnceInLargeRanges) {
  ReadAhead& ahead = Open(kMiB);
  for (size_t at = 0; at < object_.size(); at += 100 * kKiB) {
    ASSERT_TRUE(
        ReadsRight(ahead, at, std::min(100 * kKiB, object_.size() - at)));
  }
  EXPECT_EQ(FetchedBytes(), object_.size() - kMiB);
  EXPECT_LE(Fetched().size(), 63u);
}

TEST_F(ReadAheadTest, LargeSequentialReadsFetchEachByteOnce) {
  ReadAhead& ahead = Open(kMiB);
  for (size_t at = 0; at < object_.size(); at += 16 * kMiB) {
    ASSERT_TRUE(ReadsRight(ahead, at, 16 * kMiB));
  }
  EXPECT_EQ(FetchedBytes(), object_.size() - kMiB);
}

TEST_F(ReadAheadTest, PrefetchesAfterALargeRead) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 8 * kMiB));
  Settle();
  EXPECT_EQ(FetchedUpTo(), 24 * kMiB);
}

TEST_F(ReadAheadTest, TheWindowStaysWithinItsLimit) {
  ReadAhead& ahead = Open(kMiB);
  ahead.LimitWindow(12 * kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 8 * kMiB));
  Settle();
  EXPECT_EQ(FetchedUpTo(), 20 * kMiB);
}

TEST(UsefulWindowTest, ASlowLinkNeedsMoreParallelRequests) {
  using std::chrono::milliseconds;
  // S3: 30 ms to the first byte, then 90 MB/s.
  EXPECT_GT(ReadAhead::UsefulWindow(kMiB, milliseconds(42)), 256 * kMiB);
  EXPECT_EQ(ReadAhead::UsefulWindow(kMiB, milliseconds(12)), 88 * kMiB);
  // The loopback interface.
  EXPECT_EQ(ReadAhead::UsefulWindow(kMiB, milliseconds(2)), 32 * kMiB);
  EXPECT_EQ(ReadAhead::UsefulWindow(kMiB, milliseconds(0)), 32 * kMiB);
}

TEST_F(ReadAheadTest, TheWindowGrowsForAReaderThatWaits) {
  SetHook([&](uint64_t offset, size_t, Cancellation* cancellation) -> Status {
    if (offset < 8 * kMiB) {
      return {};
    }
    return blocker_.Wait(cancellation);
  });
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 8 * kMiB));
  blocker_.WaitForWaiting(1);
  std::thread releaser([&] {
    blocker_.WaitForWaiting(2);  // The read's own.
    blocker_.Go();
  });
  EXPECT_TRUE(ReadsRight(ahead, 8 * kMiB, 8 * kMiB));
  releaser.join();
  Settle();
  EXPECT_EQ(FetchedUpTo(), 48 * kMiB);
}

TEST_F(ReadAheadTest, TheWindowStaysSmallForAReaderThatDoesNotWait) {
  ReadAhead& ahead = Open(kMiB);
  for (size_t at = 0; at < 32 * kMiB; at += 64 * kKiB) {
    ASSERT_TRUE(ReadsRight(ahead, at, 64 * kKiB));
    Settle();
    EXPECT_LE(FetchedUpTo(), at + 64 * kKiB + 6 * kMiB);
  }
}

TEST_F(ReadAheadTest, DoesNotPrefetchAfterASmallFirstRead) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 300 * kKiB));
  Settle();
  EXPECT_EQ(Fetched().size(), 0u);
}

TEST_F(ReadAheadTest, RandomReadsFetchOnlyTheRequestedBytes) {
  ReadAhead& ahead = Open(kMiB);
  size_t asked = 0;
  // Each read is far from the previous one.
  for (uint64_t at : {30, 10, 50, 20, 60, 5, 40, 15}) {
    EXPECT_TRUE(ReadsRight(ahead, at * kMiB, 10 * kKiB));
    asked += 10 * kKiB;
  }
  Settle();
  EXPECT_EQ(FetchedBytes(), asked);
}

TEST_F(ReadAheadTest, AnotherReadDoesNotEndTheStream) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  Settle();
  const size_t before = FetchedBytes();
  EXPECT_TRUE(ReadsRight(ahead, 60 * kMiB, 10));
  EXPECT_TRUE(ReadsRight(ahead, 8 * kMiB, 4 * kMiB));
  Settle();
  // The bytes from 8 MiB on were prefetched before or after it.
  EXPECT_GE(FetchedBytes(), before + 10);
  for (const auto& range : Fetched()) {
    EXPECT_TRUE(range.first != 8 * kMiB || range.second < 4 * kMiB);
  }
}

TEST_F(ReadAheadTest, ManyOtherReadsReleaseTheMemoryOfTheStream) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  Settle();
  EXPECT_GT(budget_.used(), 0u);
  for (uint64_t at : {60, 50, 55, 45}) {
    EXPECT_TRUE(ReadsRight(ahead, at * kMiB, 10));
  }
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(ReadAheadTest, TheStreamMovesToOtherSequentialReads) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 20 * kMiB, 4 * kMiB));
  Settle();
  EXPECT_EQ(FetchedUpTo(), 24 * kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 24 * kMiB, 4 * kMiB));
  Settle();
  EXPECT_GE(FetchedUpTo(), 32 * kMiB);
}

TEST_F(ReadAheadTest, AStreamMayHaveGapsAndStepBack) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 8 * kMiB));
  EXPECT_TRUE(ReadsRight(ahead, 8 * kMiB, 200 * kKiB));
  EXPECT_TRUE(ReadsRight(ahead, 8 * kMiB + 100, 4 * kMiB));
  EXPECT_TRUE(ReadsRight(ahead, 13 * kMiB, 4 * kMiB));
  Settle();
  EXPECT_GT(FetchedUpTo(), 18 * kMiB);
  std::vector<std::pair<uint64_t, size_t>> ranges = Fetched();
  std::sort(ranges.begin(), ranges.end());
  for (size_t i = 1; i < ranges.size(); ++i) {
    EXPECT_GE(ranges[i].first, ranges[i - 1].first + ranges[i - 1].second)
        << "fetched twice";
  }
}

TEST_F(ReadAheadTest, SmallReadsWithoutBudgetShareRequests) {
  budget_.SetLimit(0);
  ReadAhead& ahead = Open(64 * kKiB);
  for (size_t at = 0; at < 4 * kMiB; at += 1000) {
    ASSERT_TRUE(ReadsRight(ahead, at, 1000));
  }
  EXPECT_LE(Fetched().size(), 140u);
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(ReadAheadTest, ManyFilesStayWithinTheBudget) {
  std::vector<ReadAhead*> files;
  for (int i = 0; i < 20; ++i) {
    files.push_back(&Open(kMiB));
  }
  for (size_t at = 0; at < 16 * kMiB; at += 2 * kMiB) {
    for (ReadAhead* file : files) {
      ASSERT_TRUE(ReadsRight(*file, at, 2 * kMiB));
      EXPECT_LE(budget_.used() + budget_.cached_bytes(), 64 * kMiB);
    }
  }
}

TEST_F(ReadAheadTest, IdleFilesReleaseThePrefetchedBytes) {
  ReadAhead& ahead = Open(kMiB);
  EXPECT_TRUE(ReadsRight(ahead, 0, 4 * kMiB));
  EXPECT_TRUE(ReadsRight(ahead, 4 * kMiB, 4 * kMiB));
  Settle();
  const auto before_last_read =
      MemoryBudget::Clock::now() - std::chrono::hours(1);
  EXPECT_TRUE(budget_.ReleaseIdle(before_last_read));
  EXPECT_GT(budget_.used(), 0u);
  EXPECT_FALSE(budget_.ReleaseIdle(MemoryBudget::Clock::now()));
  EXPECT_EQ(budget_.used(), 0u);
  EXPECT_TRUE(ReadsRight(ahead, 8 * kMiB, 4 * kMiB));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
