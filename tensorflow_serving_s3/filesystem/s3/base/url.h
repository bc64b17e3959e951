// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses and encodes URLs.
//
//   Url url;
//   const std::string wrong = ParseUrl("http://minio:9000/s3", url);
//   if (!wrong.empty()) Report(wrong);   // "it has no host"
//
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_URL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_URL_H_

#include <cstdint>
#include <string>

namespace tfs3 {
namespace s3 {

struct Url {
  std::string scheme;    // "" if absent.
  std::string user;      // Before the @, percent-decoded.
  std::string password;  // Must not appear in messages.
  std::string host;      // An IPv6 address without brackets.
  uint16_t port = 0;     // 0 if absent.
  std::string path;      // From the first slash; "" if absent.
};

// Parses `[scheme://][user[:password]@]host[:port][/path]`. Returns the error,
// or "". Does not decode the path.
std::string ParseUrl(const std::string& text, Url& url);

// Percent-encodes every byte except letters, digits, "-._~" and, with
// `keep_slash`, "/".
std::string UriEncode(const std::string& text, bool keep_slash);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_URL_H_
