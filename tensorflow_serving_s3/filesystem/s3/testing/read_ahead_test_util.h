// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The fixture for tests of ReadAhead.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_READ_AHEAD_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_READ_AHEAD_TEST_UTIL_H_

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/fetch_workers.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/read_ahead.h"

namespace tfs3 {
namespace s3 {

inline constexpr size_t kKiB = size_t{1} << 10;
inline constexpr size_t kMiB = size_t{1} << 20;

// Returns pseudo-random bytes, always the same.
inline std::string Pattern(size_t size) {
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
    EXPECT_EQ(budget_.cached_bytes(), 0u);
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
    opened_.back()->ReleaseWhenIdle();
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
    workers_.Run(FetchWorkers::Priority::kReadAhead, [&] { reached.Go(); });
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

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_READ_AHEAD_TEST_UTIL_H_
