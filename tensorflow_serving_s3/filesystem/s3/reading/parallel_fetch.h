// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches pieces of an object in ranges beside each other, each straight into
// its place in the caller's memory.
//
//   ParallelFetch fetch(&workers, range_fetch);
//   fetch.Add(0, buffer, 64 << 20);
//   fetch.Start();
//   ... what else there is to do ...
//   Status status = fetch.Finish();
//
// The caller's own thread is one of those that fetch, so that this works, range
// after range, also when no worker has time for it. After Finish, and after the
// destructor, nothing is written to the memory any more. For one thread.
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

// Reads `size` bytes from `offset` on, all of them, into `buffer`. Thread-safe.
using RangeFetch = std::function<Status(
    uint64_t offset, char* buffer, size_t size, Cancellation* cancellation)>;

class ParallelFetch {
 public:
  // Both must outlive the fetch.
  ParallelFetch(FetchWorkers* workers, const RangeFetch* fetch);
  // Cancels what was not finished.
  ~ParallelFetch();

  void Add(uint64_t offset, char* buffer, size_t size);
  bool empty() const;

  // Before it, Add; after it, no more.
  void Start();

  // The first failure ends all ranges and is returned.
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
