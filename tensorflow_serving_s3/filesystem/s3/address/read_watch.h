// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Counts the received bytes of the objects in a directory.
//
//   ReadWatch watch("s3://models/half/1");
//   ... any threads read the files of the model ...
//   Show(watch.bytes());
//
// Counts requests that begin after the construction, at the time when the bytes
// arrive, including repeated reads and read-ahead. Watches may overlap.
// Thread-safe.
//
// A file in a watched directory belongs to a model that the server loads: its
// size is fixed when it is opened (object_reader.h).
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_READ_WATCH_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_READ_WATCH_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"

namespace tfs3 {
namespace s3 {

class ReadWatch {
 public:
  using Counter = std::shared_ptr<std::atomic<uint64_t>>;

  // `directory` is a URL with or without a slash at its end. For a URL that is
  // not a valid S3 URL, the count stays 0.
  explicit ReadWatch(const std::string& directory);
  ~ReadWatch();

  uint64_t bytes() const { return counter_->load(std::memory_order_relaxed); }

  ReadWatch(const ReadWatch&) = delete;
  ReadWatch& operator=(const ReadWatch&) = delete;

 private:
  const Counter counter_;
};

// Returns the counters of all watches that include the object.
std::vector<ReadWatch::Counter> WatchesOf(const S3Uri& object);

// Returns true if a watch includes the object.
bool IsWatched(const S3Uri& object);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_READ_WATCH_H_
