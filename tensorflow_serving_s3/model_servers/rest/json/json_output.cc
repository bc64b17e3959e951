// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_output.h"

#include <algorithm>
#include <cstdint>

#include "tensorflow_serving_s3/model_servers/base/json_writer.h"

namespace tfs3::rest {
namespace {

// The longest escape is \u0000.
constexpr size_t kMaxBytesOfCharacter = 6;
// The bytes of quotes, {"b64": } and a separator.
constexpr size_t kMaxBytesAround = 32;

size_t BytesOfBase64(std::string_view bytes) {
  return (bytes.size() + 2) / 3 * 4 + kMaxBytesAround;
}

// Returns the largest number of bytes that AppendJsonString appends for valid
// UTF-8.
size_t BytesOfString(std::string_view text) {
  size_t bytes = text.size() + kMaxBytesAround;
  for (const unsigned char c : text) {
    if (c < 0x20) {
      bytes += kMaxBytesOfCharacter - 1;
    } else if (c == '"' || c == '\\') {
      ++bytes;
    }
  }
  return bytes;
}

}  // namespace

void JsonOutput::AppendString(std::string_view text, bool as_bytes) {
  as_bytes = as_bytes || !IsValidUtf8(text);
  if (text_.capacity() - text_.size() <
      kMaxBytesOfCharacter * text.size() + kMaxBytesAround) {
    MakeRoom(as_bytes ? BytesOfBase64(text) : BytesOfString(text));
  }
  if (!as_bytes) {
    AppendJsonString(text, &text_);
    return;
  }
  // AppendJsonBase64 encodes to a temporary string.
  const auto bytes = static_cast<int64_t>(BytesOfBase64(text));
  constexpr int64_t kMaxUncharged = 16 << 10;
  if (bytes > kMaxUncharged) {
    charge_.Grow(bytes);
  }
  AppendJsonBase64(text, &text_);
  if (bytes > kMaxUncharged) {
    charge_.Shrink(bytes);
  }
}

void JsonOutput::Grow(size_t bytes) {
  const int64_t before = charge_.bytes();
  const size_t capacity = std::max(text_.size() + bytes, 2 * text_.capacity());
  charge_.Grow(static_cast<int64_t>(capacity));
  text_.reserve(capacity);
  charge_.Shrink(before);
}

}  // namespace tfs3::rest
