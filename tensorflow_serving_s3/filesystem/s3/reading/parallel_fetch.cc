// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/parallel_fetch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"

namespace tfs3 {
namespace s3 {
namespace {

// A connection to S3 has a latency of about 30 ms and then delivers about 90
// MB/s: the latency is half of the time for 2 MiB and a fifth for 8 MiB. Ranges
// end at multiples of their size, as the parts of most objects do, so that the
// store opens each part once.
constexpr size_t kMinUnit = size_t{2} << 20;
constexpr size_t kMaxUnit = size_t{8} << 20;
// The minimum of ranges in a piece, if they are not too small.
constexpr size_t kRanges = 4;

}  // namespace

// Shared with the tasks. A task that runs after the end finds no range and uses
// nothing else.
struct ParallelFetch::Ranges {
  struct Range {
    uint64_t offset;
    char* buffer;
    size_t size;
  };

  explicit Ranges(const RangeFetch* fetch) : fetch(fetch) {}

  // Fetches ranges until none is left.
  void FetchAll() {
    std::unique_lock<std::mutex> lock(mutex);
    while (next < ranges.size() && failure.ok()) {
      const Range range = ranges[next++];
      ++under_way;
      lock.unlock();
      Status status =
          (*fetch)(range.offset, range.buffer, range.size, &cancellation);
      lock.lock();
      if (failure.ok() && !status.ok()) {
        failure = std::move(status);
        cancellation.Cancel();  // The other ranges.
      }
      --under_way;
      changed.notify_all();
    }
  }

  const RangeFetch* const fetch;
  std::vector<Range> ranges;  // Fixed after Start.
  Cancellation cancellation;

  std::mutex mutex;
  std::condition_variable changed;
  size_t next = 0;
  size_t under_way = 0;
  Status failure;
};

ParallelFetch::ParallelFetch(FetchWorkers* workers, const RangeFetch* fetch)
    : workers_(workers), ranges_(std::make_shared<Ranges>(fetch)) {}

ParallelFetch::~ParallelFetch() {
  ranges_->cancellation.Cancel();
  std::unique_lock<std::mutex> lock(ranges_->mutex);
  ranges_->next = ranges_->ranges.size();
  ranges_->changed.wait(lock, [this] { return ranges_->under_way == 0; });
}

void ParallelFetch::Add(uint64_t offset, char* buffer, size_t size) {
  uint64_t unit = kMaxUnit;
  while (unit > kMinUnit && size < kRanges * unit) {
    unit /= 2;
  }
  const uint64_t end = offset + size;
  for (uint64_t at = offset; at < end;) {
    uint64_t until = (at / unit + 1) * unit;
    // Avoids tiny ranges.
    if (until - at < unit / 4) {
      until += unit;
    }
    if (until > end || end - until < unit / 4) {
      until = end;
    }
    ranges_->ranges.push_back(
        {at, buffer + (at - offset), static_cast<size_t>(until - at)});
    at = until;
  }
}

bool ParallelFetch::empty() const { return ranges_->ranges.empty(); }

void ParallelFetch::Start() {
  for (size_t i = 1; i < ranges_->ranges.size(); ++i) {
    workers_->Run(FetchWorkers::Priority::kBlocking,
                  [ranges = ranges_] { ranges->FetchAll(); });
  }
}

Status ParallelFetch::Finish() {
  if (empty()) {
    return {};
  }
  {
    const Semaphore::Hold slot(&workers_->callers());
    ranges_->FetchAll();
  }
  std::unique_lock<std::mutex> lock(ranges_->mutex);
  ranges_->changed.wait(lock, [this] { return ranges_->under_way == 0; });
  return ranges_->failure;
}

}  // namespace s3
}  // namespace tfs3
