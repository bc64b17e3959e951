// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Random-access reader of one object that prefetches sequential reads.
//
//   auto ahead = std::make_shared<ReadAhead>(size, std::move(beginning), fetch,
//                                            &workers, &budget, account);
//   ahead->ReleaseWhenIdle();
//   Status status = ahead->Read(offset, buffer, size);
//   ahead->Close();
//
//   - Bytes that are not in memory go directly into the caller's buffer, in
//     parallel ranges (parallel_fetch.h).
//   - Reads that continue near the end of the previous read form a stream: the
//     following bytes are prefetched. The prefetched window grows while the
//     reader has to wait, up to twice the bytes of the stream and within the
//     memory budget and LimitWindow.
//   - Another read fetches only the requested bytes. A few of them end the
//     stream and release its memory, and so does an idle time.
//   - A failed prefetch does not fail a read.
//
// Thread-safe; reads run in parallel, also of the same bytes.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_AHEAD_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_AHEAD_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/fetch_workers.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/parallel_fetch.h"

namespace tfs3 {
namespace s3 {

class ReadAhead : public std::enable_shared_from_this<ReadAhead> {
 public:
  // `workers` and the objects that `fetch` uses must outlive Close(); `budget`
  // must outlive the ReadAhead. `beginning` has the first bytes of the object.
  ReadAhead(uint64_t object_size, MemoryBudget::Block beginning,
            RangeFetch fetch, FetchWorkers* workers, MemoryBudget* budget,
            std::shared_ptr<MemoryBudget::Account> account);

  // Returns the window that is large enough for a link on which one request for
  // `bytes` took `time`. A fast link needs few parallel requests, and so less
  // memory.
  static uint64_t UsefulWindow(size_t bytes, std::chrono::nanoseconds time);

  // Limits the prefetched window. Call it before the first Read.
  void LimitWindow(uint64_t bytes) { max_window_ = bytes; }

  // Lets the budget release the memory of the file after an idle time, except
  // for an object that is completely in `beginning`. Call it once.
  void ReleaseWhenIdle();

  // The range must be within the object. After an error the content of `buffer`
  // is undefined.
  Status Read(uint64_t offset, char* buffer, size_t size);

  // Cancels running fetches and waits for their end. Call it once, after the
  // last Read.
  void Close();

  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

 private:
  using Clock = MemoryBudget::Clock;

  // Bytes that are in memory or are being fetched.
  struct Part;
  using PartPtr = std::shared_ptr<Part>;
  using Parts = std::deque<PartPtr>;

  // The bytes that a Read copies from a part.
  struct Use {
    PartPtr part;
    uint64_t offset;
    char* buffer;
    size_t size;
  };

  // The functions up to DropAllParts require `mutex_`.

  // Updates the stream. Returns true if the read belongs to it.
  bool UpdateStream(uint64_t offset, size_t size);
  // Assigns each byte of a read to a part or to a direct fetch.
  void AssignToParts(uint64_t offset, char* buffer, size_t size, bool in_stream,
                     std::vector<Use>& uses, ParallelFetch& direct);
  PartPtr MakePart(uint64_t offset, size_t size);
  PartPtr MakePartForSmallReads(uint64_t offset, size_t size, uint64_t limit);
  void GrowWindow(size_t size);
  void Prefetch();
  void DropParts(Parts::iterator begin, Parts::iterator end);
  void DropAllParts() { DropParts(parts_.begin(), parts_.end()); }

  // Fetches a part, unless another thread does or has done so.
  void Fetch(const PartPtr& part);
  // Waits until the part is ready or has failed.
  Status WaitForPart(const PartPtr& part);
  static void Copy(const Use& use);
  bool ReleaseIdle(Clock::time_point since);

  const uint64_t object_size_;
  const RangeFetch fetch_;
  FetchWorkers* const workers_;
  MemoryBudget* const budget_;
  const std::shared_ptr<MemoryBudget::Account> account_;
  uint64_t max_window_ = std::numeric_limits<uint64_t>::max();
  // The whole object, if `beginning` has all of it.
  MemoryBudget::Block whole_;

  std::mutex mutex_;
  std::condition_variable changed_;  // The state of a part.
  // Sorted by offset, without overlap.
  Parts parts_;
  size_t fetching_ = 0;  // Parts that are being fetched, including dropped.
  Clock::time_point last_read_ = Clock::now();

  // The stream:
  uint64_t stream_end_ = 0;    // The end of its last read.
  uint64_t stream_bytes_ = 0;  // Its bytes, minus the skipped bytes.
  uint64_t stream_reads_ = 0;
  uint64_t window_ = 0;    // How many bytes after `stream_end_` to prefetch.
  uint64_t last_end_ = 0;  // The end of the last read of any kind.
  int reads_elsewhere_ = 0;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_AHEAD_H_
