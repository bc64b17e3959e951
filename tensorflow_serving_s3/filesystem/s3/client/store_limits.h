// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a store has turned out to refuse, so that it is asked for it only once:
//
//   StoreLimits limits;
//   if (!limits.refuses_checksum_mode()) headers.push_back(kChecksumMode);
//   ...
//   limits.NoteNoChecksumMode();
//
// A limit is noted when the store has taken the request in the other form, so
// that a passing fault is not taken for one. Thread-safe.
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
  void NoteNoChecksumMode() { refuses_checksum_mode_ = true; }

  // DeleteObjects.
  bool lacks_delete_objects() const { return lacks_delete_objects_; }
  void NoteNoDeleteObjects() { lacks_delete_objects_ = true; }

  // Bodies without a checksum in a header, as buckets with Object Lock.
  bool wants_checksums(const std::string& bucket) const {
    std::lock_guard<std::mutex> lock(mutex_);
    return buckets_with_checksums_.count(bucket) != 0;
  }
  void NoteWantsChecksums(const std::string& bucket) {
    std::lock_guard<std::mutex> lock(mutex_);
    buckets_with_checksums_.insert(bucket);
  }

 private:
  std::atomic<bool> refuses_checksum_mode_{false};
  std::atomic<bool> lacks_delete_objects_{false};
  mutable std::mutex mutex_;
  std::set<std::string> buckets_with_checksums_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_STORE_LIMITS_H_
