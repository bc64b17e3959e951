// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// How many bytes have come of the objects in one directory, while they come.
//
//   ReadWatch watch("s3://models/half/1");
//   ... somebody reads the files of the model, on any threads ...
//   Show(watch.bytes());
//
// Counts the bytes of objects as the network brings them, from the
// construction on and of requests that began after it: what is read twice
// counts twice, and what the read-ahead brings counts although it may not be
// wanted. Watches may overlap. Thread-safe.
//
// A file that is opened under a watched directory belongs to a model that is
// being loaded: it ends where it ended when it was opened (object_reader.h).
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

  // `directory` is a URL with or without a slash at its end. One that is no
  // valid URL of S3 can be watched, and has nothing to see.
  explicit ReadWatch(const std::string& directory);
  ~ReadWatch();

  uint64_t bytes() const { return counter_->load(std::memory_order_relaxed); }

  ReadWatch(const ReadWatch&) = delete;
  ReadWatch& operator=(const ReadWatch&) = delete;

 private:
  const Counter counter_;
};

// The counters of all watches over the object.
std::vector<ReadWatch::Counter> WatchesOf(const S3Uri& object);

// Whether any watch is over the object.
bool IsWatched(const S3Uri& object);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_READ_WATCH_H_
