// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/read_ahead.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kKiB = size_t{1} << 10;
constexpr size_t kMiB = size_t{1} << 20;

std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  uint64_t state = 88172645463325252u;
  for (size_t i = 0; i < size; i += 8) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    std::memcpy(&bytes[i], &state, std::min(size - i, sizeof(state)));
  }
  return bytes;
}

// Waits for a cancellation, or for `go`.
class Blocker {
 public:
  Status Wait(Cancellation* cancellation) {
    const Cancellation::Listener listener(cancellation, [this] {
      std::lock_guard<std::mutex> lock(mutex_);
      changed_.notify_all();
    });
    std::unique_lock<std::mutex> lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] {
      return go_ || (cancellation != nullptr && cancellation->cancelled());
    });
    --waiting_;
    if (go_) {
      return {};
    }
    return {TF_CANCELLED, "cancelled"};
  }
  void WaitForWaiting(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void Go() {
    std::lock_guard<std::mutex> lock(mutex_);
    go_ = true;
    changed_.notify_all();
  }
  int waiting() {
    std::lock_guard<std::mutex> lock(mutex_);
    return waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool go_ = false;
};

// An object in memory that records the fetches.
class ReadAheadTest : public ::testing::Test {
 protected:
  using Hook =
      std::function<Status(uint64_t offset, size_t size, Cancellation*)>;

  ~ReadAheadTest() override {
    for (const auto& ahead : opened_) {
      ahead->Close();
    }
    opened_.clear();
    EXPECT_EQ(budget_.used(), 0u);
    EXPECT_EQ(budget_.kept(), 0u);
  }

  // `known`: the number of bytes that are in memory from the beginning.
  ReadAhead& Open(size_t known = 0) {
    auto account = std::make_shared<MemoryBudget::Account>(&budget_);
    MemoryBudget::Block beginning =
        MemoryBudget::Block::OutsideBudget(std::max<size_t>(known, 1));
    std::memcpy(beginning.data(), object_.data(), known);
    beginning.Shrink(known);
    opened_.push_back(std::make_shared<ReadAhead>(
        object_.size(), std::move(beginning),
        [this](uint64_t offset, char* buffer, size_t size,
               Cancellation* cancellation) -> Status {
          Hook hook;
          {
            std::lock_guard<std::mutex> lock(mutex_);
            fetched_.emplace_back(offset, size);
            hook = hook_;
          }
          EXPECT_LE(offset + size, object_.size());
          if (hook != nullptr) {
            const Status status = hook(offset, size, cancellation);
            if (!status.ok()) {
              return status;
            }
          }
          std::memcpy(buffer, object_.data() + offset, size);
          return {};
        },
        &workers_, &budget_, std::move(account)));
    opened_.back()->GiveBackWhenIdle();
    return *opened_.back();
  }

  void SetHook(Hook hook) {
    std::lock_guard<std::mutex> lock(mutex_);
    hook_ = std::move(hook);
  }

  // Reads and compares the bytes.
  ::testing::AssertionResult ReadsRight(ReadAhead& ahead, uint64_t offset,
                                        size_t size) {
    std::string buffer(size, '?');
    const Status status = ahead.Read(offset, buffer.data(), size);
    if (!status.ok()) {
      return ::testing::AssertionFailure() << status.message;
    }
    if (std::memcmp(buffer.data(), object_.data() + offset, size) != 0) {
      return ::testing::AssertionFailure()
             << "wrong bytes at " << offset << ", " << size;
    }
    return ::testing::AssertionSuccess();
  }

  std::vector<std::pair<uint64_t, size_t>> Fetched() {
    std::lock_guard<std::mutex> lock(mutex_);
    return fetched_;
  }

  size_t FetchedBytes() {
    size_t bytes = 0;
    for (const auto& range : Fetched()) {
      bytes += range.second;
    }
    return bytes;
  }

  // Returns the end of the last fetched range.
  uint64_t FetchedUpTo() {
    uint64_t end = 0;
    for (const auto& range : Fetched()) {
      end = std::max(end, range.first + range.second);
    }
    return end;
  }

  // Waits until all started fetches have ended.
  void Settle() {
    Blocker reached;
    workers_.Run(FetchWorkers::Urgency::kAhead, [&] { reached.Go(); });
    EXPECT_TRUE(reached.Wait(nullptr).ok());
  }

  std::string object_ = [] {
    static const std::string& pattern = *new std::string(Pattern(64 * kMiB));
    return pattern;
  }();
  Blocker blocker_;
  MemoryBudget budget_{64 * kMiB};
  // One worker, so that Settle can wait for the last task.
  FetchWorkers workers_{[] {
    FetchWorkers::Options options;
    options.max_threads = 1;
    return options;
  }()};
  std::vector<std::shared_ptr<ReadAhead>> opened_;

  std::mutex mutex_;
  Hook hook_;
  std::vector<std::pair<uint64_t, size_t>> fetched_;
};

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
      EXPECT_LE(budget_.used() + budget_.kept(), 64 * kMiB);
    }
  }
}

TEST_F(ReadAheadTest, AFailedPrefetchDoesNotFailARead) {
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

TEST_F(ReadAheadTest, AFailedFetchFailsItsRead) {
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

TEST_F(ReadAheadTest, CloseCancelsRunningFetches) {
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

TEST_F(ReadAheadTest, AReadWaitsForARunningFetch) {
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

TEST_F(ReadAheadTest, TheEndOfAStreamDoesNotFailWaitingReads) {
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

// A read returns the right bytes or an error, with any order of parallel reads
// and any failures. After a failure, reads succeed again.
TEST_F(ReadAheadTest, ThreadsReadRandomlyAndSequentially) {
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
