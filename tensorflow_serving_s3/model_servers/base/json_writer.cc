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

// Returns the length of the well-formed character at the start of `text`, or 0.
// `text` must not be empty.
size_t CharacterLength(std::string_view text) {
  const auto at = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned char first = at(0);
  if (first < 0x80) {
    return 1;
  }
  if (first < 0xc2 || first > 0xf4 || !IsContinuation(at(1))) {
    return 0;
  }
  if (first < 0xe0) {
    return 2;
  }
  if (!IsContinuation(at(2))) {
    return 0;
  }
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && at(1) < 0xa0;
    const bool surrogate = first == 0xed && at(1) >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  if (!IsContinuation(at(3))) {
    return 0;
  }
  const bool overlong = first == 0xf0 && at(1) < 0x90;
  const bool too_high = first == 0xf4 && at(1) >= 0x90;
  return overlong || too_high ? 0 : 4;
}

// Returns a number of ASCII bytes at the start of `text`, a multiple of eight.
size_t AsciiPrefix(std::string_view text) {
  size_t i = 0;
  for (uint64_t word; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if ((word & 0x8080808080808080u) != 0) {
      break;
    }
  }
  return i;
}

void AppendUnicodeEscape(uint32_t code, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    *out += kHex[code >> shift & 15];
  }
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
    default:
      AppendUnicodeEscape(c, out);
  }
}

// Returns the code point of a well-formed character of two or three bytes that
// ends a line or controls a terminal; 0 for all other characters.
uint32_t LogControl(std::string_view character) {
  const auto bits = [character](size_t i) {
    return static_cast<uint32_t>(character[i]) & 0x3f;
  };
  uint32_t code = 0;
  if (character.size() == 2) {
    code = (bits(0) & 0x1f) << 6 | bits(1);
  } else if (character.size() == 3) {
    code = (bits(0) & 0xf) << 12 | bits(1) << 6 | bits(2);
  }
  const bool is_control = (code >= 0x80 && code <= 0x9f) ||
                          (code >= 0x2028 && code <= 0x202e) ||
                          (code >= 0x2066 && code <= 0x2069);
  return is_control ? code : 0;
}

enum class Escapes { kJson, kJsonLog, kLogText };

// Returns whether the ASCII character `c` is written without an escape.
template <Escapes kEscapes>
bool IsPlain(unsigned char c) {
  if (kEscapes == Escapes::kLogText && (c == '"' || c == '\\' || c == '\t')) {
    return true;
  }
  if (kEscapes != Escapes::kJson && c == 0x7f) {
    return false;
  }
  return c >= 0x20 && c != '"' && c != '\\';
}

template <Escapes kEscapes>
void AppendEscaped(std::string_view text, std::string* out) {
  size_t done = 0;  // The characters before it have been written.
  for (size_t i = 0; i < text.size();) {
    const unsigned char c = text[i];
    if (c < 0x80) {
      if (!IsPlain<kEscapes>(c)) {
        out->append(text, done, i - done);
        AppendEscape(c, out);
        done = i + 1;
      }
      ++i;
      continue;
    }
    const size_t length = CharacterLength(text.substr(i));
    if (length == 0) {
      out->append(text, done, i - done);
      *out += "\xef\xbf\xbd";
      done = ++i;
      continue;
    }
    if (kEscapes != Escapes::kJson) {
      if (const uint32_t code = LogControl(text.substr(i, length)); code != 0) {
        out->append(text, done, i - done);
        AppendUnicodeEscape(code, out);
        done = i + length;
      }
    }
    i += length;
  }
  out->append(text, done);
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
  if (number.find_first_of(".e") == std::string_view::npos) {
    *out += ".0";
  }
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
    if (text.empty()) {
      return true;
    }
    const size_t length = CharacterLength(text);
    if (length == 0) {
      return false;
    }
    text.remove_prefix(length);
  }
}

void AppendJsonString(std::string_view text, std::string* out) {
  *out += '"';
  AppendEscaped<Escapes::kJson>(text, out);
  *out += '"';
}

void AppendJsonLogString(std::string_view text, std::string* out) {
  *out += '"';
  AppendEscaped<Escapes::kJsonLog>(text, out);
  *out += '"';
}

void AppendLogText(std::string_view text, std::string* out) {
  AppendEscaped<Escapes::kLogText>(text, out);
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
