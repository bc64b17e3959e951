// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/parallel_fetch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr size_t kMiB = size_t{1} << 20;

const std::string& Object() {
  static const std::string& object = *[] {
    auto* bytes = new std::string(40 * kMiB, '\0');
    for (size_t i = 0; i < bytes->size(); i += sizeof(i)) {
      const uint64_t scattered = i * 0x9E3779B97F4A7C15u;
      std::memcpy(bytes->data() + i, &scattered, sizeof(scattered));
    }
    return bytes;
  }();
  return object;
}

// An object and a fetch that records its requests.
class ParallelFetchTest : public ::testing::Test {
 protected:
  ParallelFetchTest() {
    fetch_ = [this](uint64_t offset, char* buffer, size_t size,
                    Cancellation*) -> Status {
      std::memcpy(buffer, object_.data() + offset, size);
      std::lock_guard<std::mutex> lock(mutex_);
      ranges_.emplace_back(offset, size);
      return {};
    };
  }

  std::vector<std::pair<uint64_t, size_t>> Ranges() {
    std::sort(ranges_.begin(), ranges_.end());
    return ranges_;
  }

  FetchWorkers workers_{FetchWorkers::Options()};
  const std::string& object_ = Object();
  RangeFetch fetch_;
  std::mutex mutex_;
  std::vector<std::pair<uint64_t, size_t>> ranges_;
};

TEST_F(ParallelFetchTest, RangesEndAtMultiplesOfTheirSize) {
  std::string buffer(9 * kMiB + 1, '?');
  ParallelFetch fetch(&workers_, &fetch_);
  EXPECT_TRUE(fetch.empty());
  fetch.Add(5, buffer.data(), buffer.size());
  EXPECT_FALSE(fetch.empty());
  fetch.Start();
  EXPECT_TRUE(fetch.Finish().ok());
  EXPECT_TRUE(buffer == object_.substr(5, buffer.size()));
  EXPECT_THAT(Ranges(),
              ElementsAre(Pair(5, 2 * kMiB - 5), Pair(2 * kMiB, 2 * kMiB),
                          Pair(4 * kMiB, 2 * kMiB), Pair(6 * kMiB, 2 * kMiB),
                          Pair(8 * kMiB, kMiB + 6)));
}

TEST_F(ParallelFetchTest, LargePiecesHaveLargeRangesAndNoTinyOnes) {
  std::string buffer(33 * kMiB, '?');
  ParallelFetch fetch(&workers_, &fetch_);
  fetch.Add(7 * kMiB, buffer.data(), 33 * kMiB - 10);
  fetch.Start();
  EXPECT_TRUE(fetch.Finish().ok());
  EXPECT_THAT(
      Ranges(),
      ElementsAre(Pair(7 * kMiB, 9 * kMiB), Pair(16 * kMiB, 8 * kMiB),
                  Pair(24 * kMiB, 8 * kMiB), Pair(32 * kMiB, 8 * kMiB - 10)));
}

TEST_F(ParallelFetchTest, SmallPiecesAreOneRangeEach) {
  std::string buffer(2 * kMiB + 10, '?');
  ParallelFetch fetch(&workers_, &fetch_);
  fetch.Add(100, buffer.data(), 2 * kMiB);
  fetch.Add(7, buffer.data() + 2 * kMiB, 10);
  fetch.Start();
  EXPECT_TRUE(fetch.Finish().ok());
  EXPECT_TRUE(buffer == object_.substr(100, 2 * kMiB) + object_.substr(7, 10));
  EXPECT_THAT(Ranges(), ElementsAre(Pair(7, 10), Pair(100, 2 * kMiB)));
}

TEST_F(ParallelFetchTest, FinishWithoutRangesReturnsImmediately) {
  ParallelFetch fetch(&workers_, &fetch_);
  fetch.Start();
  EXPECT_TRUE(fetch.Finish().ok());
  EXPECT_EQ(workers_.num_threads(), 0u);
}

TEST_F(ParallelFetchTest, WithoutWorkersTheCallerFetchesAll) {
  FetchWorkers::Options options;
  options.max_threads = 0;
  FetchWorkers none(options);
  std::string buffer(32 * kMiB, '?');
  ParallelFetch fetch(&none, &fetch_);
  fetch.Add(0, buffer.data(), buffer.size());
  fetch.Start();
  EXPECT_TRUE(fetch.Finish().ok());
  EXPECT_TRUE(buffer == object_.substr(0, buffer.size()));
  EXPECT_EQ(Ranges().size(), 4u);
}

// Blocks every range except one until it is cancelled.
RangeFetch FailOneBlockOthers(std::atomic<int>& under_way) {
  return [&under_way](uint64_t offset, char*, size_t,
                      Cancellation* cancellation) -> Status {
    if (offset == 0) {
      return {TF_DATA_LOSS, "lost"};
    }
    ++under_way;
    std::mutex mutex;
    std::condition_variable changed;
    const Cancellation::Listener listener(cancellation, [&] {
      std::lock_guard<std::mutex> lock(mutex);
      changed.notify_one();
    });
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return cancellation->cancelled(); });
    --under_way;
    return {TF_CANCELLED, "cancelled"};
  };
}

TEST_F(ParallelFetchTest, AFailureCancelsTheOtherRangesAndIsReturned) {
  std::atomic<int> under_way{0};
  const RangeFetch failing = FailOneBlockOthers(under_way);
  std::string buffer(16 * kMiB, '?');
  for (int i = 0; i < 20; ++i) {
    ParallelFetch fetch(&workers_, &failing);
    fetch.Add(0, buffer.data(), buffer.size());
    fetch.Start();
    EXPECT_EQ(fetch.Finish().code, TF_DATA_LOSS);
    EXPECT_EQ(under_way, 0);
  }
}

TEST_F(ParallelFetchTest, TheDestructorCancelsUnfinishedRanges) {
  std::atomic<int> under_way{0};
  const RangeFetch blocking = FailOneBlockOthers(under_way);
  std::string buffer(16 * kMiB, '?');
  for (int i = 0; i < 20; ++i) {
    {
      ParallelFetch fetch(&workers_, &blocking);
      fetch.Add(1, buffer.data(), buffer.size());
      fetch.Start();
    }
    EXPECT_EQ(under_way, 0);
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
