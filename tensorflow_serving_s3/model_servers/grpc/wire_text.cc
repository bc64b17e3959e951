// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/wire_text.h"

#include <cstddef>
#include <cstdint>

namespace tfs3::grpc {
namespace {

// Returns the value of a digit of base64, as usual or for URLs; -1 for another
// character.
int DigitOf(char c) {
  if (c >= 'A' && c <= 'Z') {
    return c - 'A';
  }
  if (c >= 'a' && c <= 'z') {
    return c - 'a' + 26;
  }
  if (c >= '0' && c <= '9') {
    return c - '0' + 52;
  }
  if (c == '+' || c == '-') {
    return 62;
  }
  return c == '/' || c == '_' ? 63 : -1;
}

}  // namespace

std::string PercentEncode(std::string_view message) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(message.size());
  for (const char c : message) {
    if (c >= 0x20 && c < 0x7f && c != '%') {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4];
    encoded += kDigits[byte & 15];
  }
  return encoded;
}

std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text) {
  constexpr size_t kMaxDigits = 8;
  if (text.size() < 2 || text.size() > kMaxDigits + 1) {
    return std::nullopt;
  }
  int64_t number = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    number = 10 * number + (c - '0');
  }
  switch (text.back()) {
    case 'n':
      return std::chrono::nanoseconds(number);
    case 'u':
      return std::chrono::microseconds(number);
    case 'm':
      return std::chrono::milliseconds(number);
    case 'S':
      return std::chrono::seconds(number);
    case 'M':
      return std::chrono::minutes(number);
    case 'H': {
      // More nanoseconds do not fit into 64 bits.
      constexpr int64_t kMaxHours = 100 * 365 * 24;
      return std::chrono::hours(number < kMaxHours ? number : kMaxHours);
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (!text.empty() && text.back() == '=') {
    text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int num_bits = 0;
  for (const char c : text) {
    const int digit = DigitOf(c);
    if (digit < 0) {
      return std::nullopt;
    }
    bits = bits << 6 | static_cast<uint32_t>(digit);
    num_bits += 6;
    if (num_bits >= 8) {
      num_bits -= 8;
      bytes += static_cast<char>(bits >> num_bits & 0xff);
    }
  }
  return bytes;
}

bool IsGrpcContentType(std::string_view content_type) {
  constexpr std::string_view kType = "application/grpc";
  if (content_type.substr(0, kType.size()) != kType) {
    return false;
  }
  return content_type.size() == kType.size() ||
         content_type[kType.size()] == '+' || content_type[kType.size()] == ';';
}

}  // namespace tfs3::grpc
