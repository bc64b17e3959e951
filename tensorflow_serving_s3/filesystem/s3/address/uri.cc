// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"

namespace tfs3 {
namespace s3 {
std::string S3Uri::ToString() const {
  return scheme + "://" + bucket + "/" + key;
}

Result<S3Uri> ParseUri(const std::string& url) {
  constexpr char kForm[] = "expected the form s3://bucket/key";
  const size_t separator = url.find("://");
  if (separator == std::string::npos || separator == 0) {
    return Status{TF_INVALID_ARGUMENT,
                  "\"" + url + "\" is not an S3 URL: " + kForm};
  }
  S3Uri uri;
  uri.scheme = url.substr(0, separator);
  const std::string rest = url.substr(separator + 3);
  const size_t bucket_end =
      IsArn(rest) ? ArnLength(rest) : std::min(rest.find('/'), rest.size());
  uri.bucket = rest.substr(0, bucket_end);
  if (bucket_end < rest.size()) {
    uri.key = rest.substr(bucket_end + 1);
  }
  if (uri.bucket.empty()) {
    return Status{TF_INVALID_ARGUMENT,
                  "\"" + url + "\" has no bucket: " + kForm};
  }
  if (IsArn(uri.bucket)) {
    const Result<AccessPoint> point = ParseAccessPoint(uri.bucket);
    if (!point.ok()) {
      return Status{point.status().code, url + ": " + point.status().message};
    }
  }
  // In a path, these names would be removed.
  if (uri.bucket == "." || uri.bucket == "..") {
    return Status{TF_INVALID_ARGUMENT,
                  url + ": \"" + uri.bucket + "\" is not a bucket name"};
  }
  if (uri.key.size() > 1024) {
    return Status{TF_INVALID_ARGUMENT,
                  url + ": an S3 key has at most 1024 bytes, this one has " +
                      std::to_string(uri.key.size())};
  }
  return uri;
}

S3Uri WithKey(S3Uri uri, std::string key) {
  uri.key = std::move(key);
  return uri;
}

std::string DirectoryPrefix(const std::string& key) {
  if (key.empty() || key.back() == '/') {
    return key;
  }
  return key + "/";
}

}  // namespace s3
}  // namespace tfs3
