// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Verifies the checksum that a store sends with an object in one of S3's
// x-amz-checksum-* headers.
//
//   const ObjectChecksum checksum = ObjectChecksum::From(header_of);
//   if (checksum.Mismatch(bytes)) Report(checksum.name());  // "crc32c"
//
// Supports checksums of the whole object: CRC-32, CRC-32C, CRC-64/NVME, SHA-1
// and SHA-256. Ignores checksums of the checksums of parts. Requires a started
// AWS runtime. Pure, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_OBJECT_CHECKSUM_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_OBJECT_CHECKSUM_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tfs3 {
namespace s3 {

// Returns the value of x-amz-checksum-crc32 for a request body.
std::string Crc32InBase64(std::string_view bytes);

class ObjectChecksum {
 public:
  // Returns the value of a response header, or "".
  using HeaderFn = std::function<std::string(const char* name)>;

  // Reads the strongest checksum of the response.
  static ObjectChecksum From(const HeaderFn& header);

  // No checksum: all bytes match.
  ObjectChecksum() = default;

  // Returns "crc32", "crc32c", "crc64nvme", "sha1" or "sha256"; "" without a
  // checksum.
  std::string name() const;
  bool empty() const { return compute_ == nullptr; }

  // Returns true if `bytes` do not have this checksum.
  bool Mismatch(std::string_view bytes) const;

 private:
  using Compute = std::string (*)(std::string_view bytes);
  struct Algorithm;
  static const Algorithm kAlgorithms[];

  const char* header_ = "";
  Compute compute_ = nullptr;
  std::string value_;  // In base64.
};

// Returns the CRC-64/NVME of the bytes with the checksum `crc`, followed by
// `bytes`. The checksum of no bytes is 0.
uint64_t ExtendCrc64(uint64_t crc, std::string_view bytes);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_OBJECT_CHECKSUM_H_
