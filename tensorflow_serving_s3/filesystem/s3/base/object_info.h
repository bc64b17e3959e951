// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The properties of an object that a listing, a HEAD and a GET return.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_OBJECT_INFO_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_OBJECT_INFO_H_

#include <cstdint>
#include <string>

namespace tfs3 {
namespace s3 {

struct ObjectInfo {
  uint64_t size = 0;       // Bytes.
  int64_t mtime_nsec = 0;  // Since the epoch; 0 if unknown.
  std::string etag;        // With its quotes; "" if unknown.
};

// Parses a time and returns nanoseconds since the epoch, a whole number of
// seconds. Accepts the formats of listings ("2026-01-31T12:00:00Z", with or
// without a fraction and an offset) and of HTTP headers ("Sat, 31 Jan 2026
// 12:00:00 GMT"). Returns 0 for other texts and for times before 1970 or after
// 2262. Pure.
int64_t ParseTime(const std::string& text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_OBJECT_INFO_H_
