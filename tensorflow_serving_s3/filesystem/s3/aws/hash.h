// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Computes the hashes in S3's headers.
//
//   std::string sha256 = Sha256InHex(body);  // x-amz-content-sha256
//   std::string md5 = Md5InBase64(body);     // Content-MD5
//   if (Sha1InBase64(body) != response.Header("x-amz-checksum-sha1")) ...
//
// The result is "" if the cryptographic library does not support the hash, for
// example MD5 in FIPS mode. Pure functions, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_HASH_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_HASH_H_

#include <string>
#include <string_view>
#include <vector>

namespace tfs3 {
namespace s3 {

std::string Sha256InHex(std::string_view bytes);
std::string Sha256InBase64(std::string_view bytes);
std::string Sha1InBase64(std::string_view bytes);
std::string Md5InBase64(std::string_view bytes);

std::string Base64(const std::string& bytes);  // At most 64 bytes.

// Returns the ETag, with quotes, of an object with parts of these ETags; "" if
// one of them is not an MD5, for example with KMS encryption.
std::string MultipartEtag(const std::vector<std::string>& etags);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_HASH_H_
