// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The parts of an address that a user has given:
//
//   Url url;
//   const std::string wrong = ParseUrl("http://minio:9000/s3", url);
//   if (!wrong.empty()) Complain(wrong);   // "it names no host"
//
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_URL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_URL_H_

#include <cstdint>
#include <string>

namespace tfs3 {
namespace s3 {

struct Url {
  std::string scheme;    // "" when there is none.
  std::string user;      // Before the @, percent-decoded.
  std::string password;  // Never to be shown.
  std::string host;      // An IPv6 address has no brackets here.
  uint16_t port = 0;     // 0 when there is none.
  std::string path;      // From the first slash on; "" when there is none.
};

// Reads `[scheme://][user[:password]@]host[:port][/path]`. Returns what is
// wrong, or "". The path is taken as it is.
std::string ParseUrl(const std::string& text, Url& url);

// Percent-encodes every byte but letters, digits and "-._~"; with `keep_slash`
// also '/' stays, as in a path.
std::string UriEncode(const std::string& text, bool keep_slash);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_URL_H_
