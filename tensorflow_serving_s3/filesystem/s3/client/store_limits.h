// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Remembers which optional features a store rejects, so that the client
// requests each only once:
//
//   StoreLimits limits;
//   if (!limits.refuses_checksum_mode()) headers.push_back(kChecksumMode);
//   ...
//   limits.set_refuses_checksum_mode();
//
// Note a limit only after the store has accepted the other form of the request:
// a temporary error is not a limit. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_STORE_LIMITS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_STORE_LIMITS_H_

#include <atomic>
#include <mutex>
#include <set>
#include <string>

namespace tfs3 {
namespace s3 {

class StoreLimits {
 public:
  // GetObject with x-amz-checksum-mode.
  bool refuses_checksum_mode() const { return refuses_checksum_mode_; }
  void set_refuses_checksum_mode() { refuses_checksum_mode_ = true; }

  // DeleteObjects.
  bool refuses_delete_objects() const { return refuses_delete_objects_; }
  void set_refuses_delete_objects() { refuses_delete_objects_ = true; }

  // The bucket requires a checksum header, for example for Object Lock.
  bool requires_checksum(const std::string& bucket) const {
    std::lock_guard<std::mutex> lock(mutex_);
    return buckets_with_checksums_.count(bucket) != 0;
  }
  void set_requires_checksum(const std::string& bucket) {
    std::lock_guard<std::mutex> lock(mutex_);
    buckets_with_checksums_.insert(bucket);
  }

 private:
  std::atomic<bool> refuses_checksum_mode_{false};
  std::atomic<bool> refuses_delete_objects_{false};
  mutable std::mutex mutex_;
  std::set<std::string> buckets_with_checksums_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_STORE_LIMITS_H_
