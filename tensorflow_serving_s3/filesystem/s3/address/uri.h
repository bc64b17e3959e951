// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses the URLs of this filesystem: `s3://bucket/key`.
//
//   Result<S3Uri> uri = ParseUri("s3://models/half_plus_two/1");
//   // uri->bucket == "models", uri->key == "half_plus_two/1"
//
// Keys are literal, as in S3: no percent-decoding, and no special meaning of
// `//` and `..`. A bucket may have any name; only AWS has rules for it
// (bucket_name.h). The ARN of an access point may replace the bucket
// (access_point.h). Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_URI_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_URI_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

struct S3Uri {
  std::string scheme;
  std::string bucket;  // Or the ARN of an access point.
  std::string key;     // "" for the bucket itself; may end in a slash.

  // Returns the URL; the URL of a bucket ends in a slash.
  std::string ToString() const;
};

// `s3://bucket` and `s3://bucket/` are equivalent.
Result<S3Uri> ParseUri(const std::string& url);

// Returns the URI of another key in the same bucket.
S3Uri WithKey(S3Uri uri, std::string key);

// Returns the common prefix of the keys in the directory `key`: `key` with a
// slash at its end; "" for the bucket itself.
std::string DirectoryPrefix(const std::string& key);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_URI_H_
