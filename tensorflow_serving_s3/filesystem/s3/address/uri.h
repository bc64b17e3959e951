// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The URLs of this filesystem: `s3://bucket/key`.
//
//   Result<S3Uri> uri = ParseUri("s3://models/half_plus_two/1");
//   // uri->bucket == "models", uri->key == "half_plus_two/1"
//
// Keys are taken literally: no percent-decoding, `//` and `..` mean themselves,
// as they do in S3. A bucket may have any name: AWS's rules for them hold where
// the store is AWS's (bucket_name.h). The ARN of an access point may stand in
// its place (access_point.h). Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_URI_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_URI_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

struct S3Uri {
  std::string scheme;  // As given; TensorFlow has dispatched on it already.
  std::string bucket;  // Or the ARN of an access point.
  std::string key;     // Empty for the bucket itself; may end in a slash.

  // The URL again; the bucket itself ends in a slash.
  std::string ToString() const;
};

// `s3://bucket` and `s3://bucket/` are the same.
Result<S3Uri> ParseUri(const std::string& url);

// Another key in the same bucket.
S3Uri WithKey(S3Uri uri, std::string key);

// The prefix that the keys inside the directory `key` share: `key` with a slash
// added unless it ends in one. The bucket itself, "", stays "".
std::string DirectoryPrefix(const std::string& key);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_URI_H_
