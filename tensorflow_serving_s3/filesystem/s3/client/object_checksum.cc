// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "aws/checksums/checksums.h"
#include "aws/checksums/crc.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kPrefix[] = "x-amz-checksum-";

// Must be called before any other function of the library.
void InitLibrary() {
  // Unlike a static variable, this does not stay locked in a forked child.
  static std::once_flag once;
  std::call_once(once,
                 [] { aws_checksums_library_init(AwsRuntime::allocator()); });
}

const uint8_t* Data(std::string_view bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

// Returns the bytes of a number, the most significant first.
template <typename Number>
std::string BigEndian(Number number) {
  std::string bytes(sizeof(number), '\0');
  for (size_t i = 0; i < sizeof(number); ++i) {
    bytes[i] = static_cast<char>(number >> (8 * (sizeof(number) - 1 - i)));
  }
  return bytes;
}

std::string Crc32c(std::string_view bytes) {
  return Base64(
      BigEndian(aws_checksums_crc32c_ex(Data(bytes), bytes.size(), 0)));
}
std::string Crc64Nvme(std::string_view bytes) {
  return Base64(
      BigEndian(aws_checksums_crc64nvme_ex(Data(bytes), bytes.size(), 0)));
}

}  // namespace

std::string Crc32InBase64(std::string_view bytes) {
  InitLibrary();
  return Base64(
      BigEndian(aws_checksums_crc32_ex(Data(bytes), bytes.size(), 0)));
}

struct ObjectChecksum::Algorithm {
  const char* header;
  Compute compute;
};

const ObjectChecksum::Algorithm ObjectChecksum::kAlgorithms[] = {
    {"x-amz-checksum-sha256", Sha256InBase64},
    {"x-amz-checksum-sha1", Sha1InBase64},
    {"x-amz-checksum-crc64nvme", Crc64Nvme},
    {"x-amz-checksum-crc32c", Crc32c},
    {"x-amz-checksum-crc32", Crc32InBase64},
};

ObjectChecksum ObjectChecksum::From(const HeaderFn& header) {
  ObjectChecksum checksum;
  if (header("x-amz-checksum-type") == "COMPOSITE") {
    return checksum;
  }
  InitLibrary();
  for (const Algorithm& algorithm : kAlgorithms) {
    const std::string value = header(algorithm.header);
    // "-N" after the checksum means a checksum of N parts.
    if (value.empty() || value.find('-') != std::string::npos) {
      continue;
    }
    checksum.header_ = algorithm.header;
    checksum.compute_ = algorithm.compute;
    checksum.value_ = value;
    return checksum;
  }
  return checksum;
}

std::string ObjectChecksum::name() const {
  return empty() ? "" : std::string(header_).substr(sizeof(kPrefix) - 1);
}

bool ObjectChecksum::Mismatch(std::string_view bytes) const {
  if (empty()) {
    return false;
  }
  const std::string computed = compute_(bytes);
  // Empty: the cryptographic library does not support this hash (FIPS).
  return !computed.empty() && computed != value_;
}

uint64_t ExtendCrc64(uint64_t crc, std::string_view bytes) {
  InitLibrary();
  return aws_checksums_crc64nvme_ex(Data(bytes), bytes.size(), crc);
}

}  // namespace s3
}  // namespace tfs3
