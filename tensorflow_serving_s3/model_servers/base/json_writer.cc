// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "absl/strings/escaping.h"

namespace tfs3 {
namespace {

bool IsContinuation(unsigned char c) { return (c & 0xc0) == 0x80; }

// The length of the well-formed character at the start of `text`, which is not
// empty; 0 when there is none.
size_t CharacterLength(std::string_view text) {
  const auto at = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !IsContinuation(at(1))) return 0;
  if (first < 0xe0) return 2;
  if (!IsContinuation(at(2))) return 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && at(1) < 0xa0;
    const bool surrogate = first == 0xed && at(1) >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (!IsContinuation(at(3))) return 0;
  const bool overlong = first == 0xf0 && at(1) < 0x90;
  const bool too_high = first == 0xf4 && at(1) >= 0x90;
  return overlong || too_high ? 0 : 4;
}

// The number of bytes at the start of `text` that are ASCII, in steps of eight.
size_t AsciiPrefix(std::string_view text) {
  size_t i = 0;
  for (uint64_t word; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  return i;
}

void AppendEscape(unsigned char c, std::string* out) {
  switch (c) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\b':
      *out += "\\b";
      return;
    case '\f':
      *out += "\\f";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default: {
      constexpr char kHex[] = "0123456789abcdef";
      *out += "\\u00";
      *out += kHex[c >> 4];
      *out += kHex[c & 15];
    }
  }
}

template <typename T>
void AppendFloating(T value, std::string* out) {
  if (std::isnan(value)) {
    *out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    *out += value < 0 ? "-Infinity" : "Infinity";
    return;
  }
  char text[32];
  const std::string_view number(
      text, std::to_chars(text, text + sizeof text, value).ptr - text);
  *out += number;
  if (number.find_first_of(".e") == std::string_view::npos) *out += ".0";
}

template <typename T>
void AppendInteger(T value, std::string* out) {
  char text[24];
  out->append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  while (true) {
    text.remove_prefix(AsciiPrefix(text));
    if (text.empty()) return true;
    const size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
}

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  size_t done = 0;  // what stands before is written
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = text[i];
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      const size_t length = CharacterLength(text.substr(i));
      if (length != 0) {
        i += length;
        continue;
      }
    }
    out->append(text, done, i - done);
    if (c >= 0x80) {
      *out += "\xef\xbf\xbd";
    } else {
      AppendEscape(c, out);
    }
    done = ++i;
  }
  out->append(text, done);
  *out += '"';
}

void AppendJsonBase64(std::string_view bytes, std::string* out) {
  *out += "{\"b64\": \"";
  *out += absl::Base64Escape(bytes);
  *out += "\"}";
}

void AppendJsonNumber(float value, std::string* out) {
  AppendFloating(value, out);
}
void AppendJsonNumber(double value, std::string* out) {
  AppendFloating(value, out);
}
void AppendJsonNumber(int64_t value, std::string* out) {
  AppendInteger(value, out);
}
void AppendJsonNumber(uint64_t value, std::string* out) {
  AppendInteger(value, out);
}

}  // namespace tfs3
