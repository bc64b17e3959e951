// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The hashes that S3 knows bodies by.
//
//   std::string sha256 = Sha256InHex(body);  // x-amz-content-sha256
//   std::string md5 = Md5InBase64(body);     // Content-MD5
//   if (Sha1InBase64(body) != answer.Header("x-amz-checksum-sha1")) ...
//
// "" when the cryptographic library refuses to compute the hash, as one that is
// bound to FIPS does with MD5. Pure functions, thread-safe.
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

std::string Base64(const std::string& bytes);  // Any, of up to 64 bytes.

// The ETag, with its quotes, that S3 gives to an object made of parts with
// these ETags. "" where one of them is no MD5, as with keys of KMS: then there
// is no knowing.
std::string MultipartEtag(const std::vector<std::string>& etags);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_HASH_H_
