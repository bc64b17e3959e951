// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Remembers the regions of buckets outside the configured region.
//
//   BucketRegions regions;
//   Use(regions.Get("models"));           // "": unknown
//   regions.SetRegion("models", "us-west-2");
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_BUCKET_REGIONS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_BUCKET_REGIONS_H_

#include <map>
#include <mutex>
#include <string>

namespace tfs3 {
namespace s3 {

class BucketRegions {
 public:
  std::string Get(const std::string& bucket) const {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = regions_.find(bucket);
    return it == regions_.end() ? "" : it->second;
  }

  void SetRegion(const std::string& bucket, const std::string& region) {
    std::lock_guard<std::mutex> lock(mutex_);
    regions_[bucket] = region;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> regions_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_BUCKET_REGIONS_H_
