// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_READ_COUNTER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_READ_COUNTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tfs3 {

// Counts the bytes that a filesystem reads from the files of one directory,
// from the construction of the counter on:
//
//   std::unique_ptr<ReadCounter> counter =
//   NewReadCounter("s3://models/half/1");
//   ... load the model ...
//   if (counter != nullptr) Show(counter->bytes());
//
// A filesystem that can count registers a factory for its URLs. The caller does
// not need to know the filesystem.
class ReadCounter {
 public:
  virtual ~ReadCounter() = default;

  // Thread-safe.
  virtual uint64_t bytes() const = 0;
};

// Makes a counter for the files under the URL `directory`.
using ReadCounterFactory =
    std::function<std::unique_ptr<ReadCounter>(const std::string& directory)>;

// Registers the factory for URLs of `scheme`; replaces an earlier one.
// Thread-safe.
void RegisterReadCounter(const std::string& scheme, ReadCounterFactory factory);

// Returns a new counter, or null if no factory is registered for the scheme of
// `directory`. Thread-safe.
std::unique_ptr<ReadCounter> NewReadCounter(const std::string& directory);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_READ_COUNTER_H_
