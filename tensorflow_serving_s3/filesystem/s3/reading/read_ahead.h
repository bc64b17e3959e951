// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads one open object for whoever reads it at random, and ahead of him where
// he reads it from front to back.
//
//   auto ahead = std::make_shared<ReadAhead>(size, std::move(beginning), fetch,
//                                            &workers, &budget, account);
//   ahead->GiveBackWhenIdle();
//   Status status = ahead->Read(offset, buffer, size);
//   ahead->Close();
//
// What is not there yet goes straight into the caller's buffer, in ranges
// beside each other (parallel_fetch.h). Reads that go on where the last one
// ended, with small gaps at most, are a stream: what follows is fetched in the
// meantime. How much grows as far as the reader has to wait for it, to twice of
// what he has read and within the budget. A read elsewhere fetches what it asks
// for and nothing else; a few of them end the stream and its memory, and so
// does an idle time. What was fetched ahead in vain fails nobody. Thread-safe;
// reads run in parallel, also those of the same bytes.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_AHEAD_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_AHEAD_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
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
  // `workers` and what `fetch` uses must outlive Close(), the budget of
  // `account` the ReadAhead. `beginning` is what the object begins with, as far
  // as that is known.
  ReadAhead(uint64_t object_size, MemoryBudget::Block beginning,
            RangeFetch fetch, FetchWorkers* workers, MemoryBudget* budget,
            std::shared_ptr<MemoryBudget::Account> account);

  // From now on what is in memory goes when the budget looks for it and nobody
  // has read for a while; but not an object that was there whole from the
  // beginning. To be called once.
  void GiveBackWhenIdle();

  // The range must lie within the object. On failure the contents of `buffer`
  // are undefined.
  Status Read(uint64_t offset, char* buffer, size_t size);

  // Ends what is under way and waits for that, not for the bytes. To be called
  // once, when nothing reads any more.
  void Close();

  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

 private:
  using Clock = MemoryBudget::Clock;

  // Bytes that are, or will be, in memory.
  struct Part;
  using PartPtr = std::shared_ptr<Part>;
  using Parts = std::deque<PartPtr>;

  // What a Read takes out of a part.
  struct Use {
    PartPtr part;
    uint64_t offset;
    char* buffer;
    size_t size;
  };

  // These require `mutex_`.
  // Whether the read is one of the stream.
  bool Follow(uint64_t offset, size_t size);
  // Says of each byte where it is to come from.
  void Distribute(uint64_t offset, char* buffer, size_t size, bool in_stream,
                  std::vector<Use>& uses, ParallelFetch& direct);
  PartPtr MakePart(uint64_t offset, size_t size);
  PartPtr MakePartForSmallReads(uint64_t offset, size_t size, uint64_t limit);
  void Widen(size_t size);
  void FetchAhead();
  void Forget(Parts::iterator begin, Parts::iterator end);
  void ForgetAll() { Forget(parts_.begin(), parts_.end()); }

  // Fetches a part unless another thread does or has.
  void Fill(const PartPtr& part);
  // Returns when the part is there, or has failed.
  Status Await(const PartPtr& part);
  static void Copy(const Use& use);
  bool ReleaseIdle(Clock::time_point since);

  const uint64_t object_size_;
  const RangeFetch fetch_;
  FetchWorkers* const workers_;
  MemoryBudget* const budget_;
  const std::shared_ptr<MemoryBudget::Account> account_;
  // The whole object, when it was there from the beginning.
  MemoryBudget::Block whole_;

  std::mutex mutex_;
  std::condition_variable changed_;  // The state of a part.
  // In the order of their offsets; they do not overlap.
  Parts parts_;
  size_t filling_ = 0;  // Parts that are being fetched, forgotten ones too.
  Clock::time_point last_read_ = Clock::now();

  // The stream:
  uint64_t stream_end_ = 0;  // Up to where it was read.
  uint64_t stream_bytes_ =
      0;  // What was read of it, less what it stepped over.
  uint64_t stream_reads_ = 0;
  uint64_t window_ = 0;    // How far beyond `stream_end_` to fetch.
  uint64_t last_end_ = 0;  // Of the last read, in the stream or not.
  int reads_elsewhere_ = 0;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_AHEAD_H_
