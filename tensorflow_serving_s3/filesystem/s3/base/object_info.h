// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What S3 tells about an object, the same from a listing, a HEAD and a GET.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_OBJECT_INFO_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_OBJECT_INFO_H_

#include <cstdint>
#include <string>

namespace tfs3 {
namespace s3 {

struct ObjectInfo {
  uint64_t size = 0;       // Bytes.
  int64_t mtime_nsec = 0;  // Since the epoch; 0 when the store did not say.
  std::string etag;        // With its quotes; "" when the store did not say.
};

// Nanoseconds since the epoch from a time as listings ("2026-01-31T12:00:00Z",
// with or without a fraction and an offset) or HTTP headers ("Sat, 31 Jan 2026
// 12:00:00 GMT") write it; 0 for anything else, and for a time before 1970 or
// after 2262, which has no such number. To the second. Pure.
int64_t ParseTime(const std::string& text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_OBJECT_INFO_H_
