// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The checksum of an object that a store keeps and sends with it: one of S3's
// x-amz-checksum-* headers.
//
//   const ObjectChecksum checksum = ObjectChecksum::From(header_of);
//   if (checksum.Mismatch(bytes)) Report(checksum.name());  // "crc32c"
//
// Only those over the whole object are known: CRC-32, CRC-32C, CRC-64/NVME,
// SHA-1 and SHA-256. One over the checksums of its parts tells nothing of the
// bytes that are at hand. Needs the AWS runtime to be up. Pure, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_OBJECT_CHECKSUM_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_OBJECT_CHECKSUM_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tfs3 {
namespace s3 {

// The value of x-amz-checksum-crc32 for a body to send.
std::string Crc32InBase64(std::string_view bytes);

class ObjectChecksum {
 public:
  // The value of an answer's header, or "".
  using HeaderFn = std::function<std::string(const char* name)>;

  // The strongest that the answer has.
  static ObjectChecksum From(const HeaderFn& header);

  // No checksum: nothing is a mismatch.
  ObjectChecksum() = default;

  // "crc32", "crc32c", "crc64nvme", "sha1", "sha256"; "" without one.
  std::string name() const;
  bool empty() const { return compute_ == nullptr; }

  // Whether the object has other bytes.
  bool Mismatch(std::string_view bytes) const;

 private:
  using Compute = std::string (*)(std::string_view bytes);
  struct Algorithm;
  static const Algorithm kAlgorithms[];

  const char* header_ = "";
  Compute compute_ = nullptr;
  std::string value_;  // In base64.
};

// The CRC-64/NVME of some bytes and then `bytes`, from that of the former; 0 is
// that of none.
uint64_t ExtendCrc64(uint64_t crc, std::string_view bytes);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_OBJECT_CHECKSUM_H_
