// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches pieces of an object in parallel ranges, directly into the caller's
// memory.
//
//   ParallelFetch fetch(&workers, range_fetch);
//   fetch.Add(0, buffer, 64 << 20);
//   fetch.Start();
//   ... other work ...
//   Status status = fetch.Finish();
//
// The caller's thread fetches too, so this works without free workers. Does not
// write to the memory after Finish or the destructor. Not thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_PARALLEL_FETCH_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_PARALLEL_FETCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/fetch_workers.h"

namespace tfs3 {
namespace s3 {

// Reads exactly `size` bytes at `offset` into `buffer`. Thread-safe.
using RangeFetch = std::function<Status(
    uint64_t offset, char* buffer, size_t size, Cancellation* cancellation)>;

class ParallelFetch {
 public:
  // Both pointers must outlive the fetch.
  ParallelFetch(FetchWorkers* workers, const RangeFetch* fetch);
  // Cancels unfinished ranges.
  ~ParallelFetch();

  void Add(uint64_t offset, char* buffer, size_t size);
  bool empty() const;

  // Starts the workers. Do not call Add afterwards.
  void Start();

  // Waits for all ranges. A failure cancels the other ranges and is returned.
  Status Finish();

  ParallelFetch(const ParallelFetch&) = delete;
  ParallelFetch& operator=(const ParallelFetch&) = delete;

 private:
  struct Ranges;

  FetchWorkers* const workers_;
  const std::shared_ptr<Ranges> ranges_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_PARALLEL_FETCH_H_
