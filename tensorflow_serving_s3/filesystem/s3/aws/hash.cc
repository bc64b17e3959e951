// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "aws/cal/hash.h"
#include "aws/common/byte_buf.h"
#include "aws/common/encoding.h"
#include "aws/common/error.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

namespace tfs3 {
namespace s3 {
namespace {

using Compute = int (*)(aws_allocator*, const aws_byte_cursor*, aws_byte_buf*,
                        size_t);

// Returns the bytes of the digest, or "".
std::string Digest(Compute compute, size_t size, std::string_view bytes) {
  std::string digest(size, '\0');
  aws_byte_buf out = aws_byte_buf_from_empty_array(digest.data(), size);
  const aws_byte_cursor in =
      aws_byte_cursor_from_array(bytes.data(), bytes.size());
  if (compute(AwsRuntime::allocator(), &in, &out, 0) != AWS_OP_SUCCESS) {
    return "";
  }
  return digest;
}

std::string Hex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace

std::string Sha256InHex(std::string_view bytes) {
  return Hex(Digest(aws_sha256_compute, AWS_SHA256_LEN, bytes));
}

std::string Sha256InBase64(std::string_view bytes) {
  return Base64(Digest(aws_sha256_compute, AWS_SHA256_LEN, bytes));
}

std::string Sha1InBase64(std::string_view bytes) {
  return Base64(Digest(aws_sha1_compute, AWS_SHA1_LEN, bytes));
}

std::string Md5InBase64(std::string_view bytes) {
  return Base64(Digest(aws_md5_compute, AWS_MD5_LEN, bytes));
}

std::string Base64(const std::string& bytes) {
  const aws_byte_cursor in =
      aws_byte_cursor_from_array(bytes.data(), bytes.size());
  // The CRT adds a terminating zero.
  std::array<uint8_t, 96> text = {};
  aws_byte_buf out = aws_byte_buf_from_empty_array(text.data(), text.size());
  if (aws_base64_encode(&in, &out) != AWS_OP_SUCCESS) {
    return "";
  }
  return reinterpret_cast<const char*>(text.data());
}

std::string MultipartEtag(const std::vector<std::string>& etags) {
  std::string digests;
  for (std::string etag : etags) {
    if (etag.size() >= 2 && etag.front() == '"') {
      etag = etag.substr(1, etag.size() - 2);
    }
    if (etag.size() != 2 * AWS_MD5_LEN) {
      return "";
    }
    for (size_t i = 0; i < etag.size(); i += 2) {
      const int high = HexValue(etag[i]);
      const int low = HexValue(etag[i + 1]);
      if (high < 0 || low < 0) {
        return "";
      }
      digests += static_cast<char>(high * 16 + low);
    }
  }
  const std::string digest = Digest(aws_md5_compute, AWS_MD5_LEN, digests);
  if (digest.empty()) {
    return "";
  }
  return "\"" + Hex(digest) + "-" + std::to_string(etags.size()) + "\"";
}

}  // namespace s3
}  // namespace tfs3
