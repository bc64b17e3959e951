// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers, letters and lines in what users and servers write. Plain ASCII,
// whatever the locale; pure functions, thread-safe.
//
//   ParseUnsigned("1024");         // 1024
//   ParseUnsigned("-1");           // Nothing; neither is "", " 1" or "1k".
//   Lowercase("Virtual");          // "virtual"
//   Trimmed("\n 7 ");              // "7"
//   PercentDecoded("a%20b%");      // "a b%"
//   ParseYesNo("on");              // true
//   OneLine("no such\nkey\r\n");   // "no such key"
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_TEXT_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tfs3 {
namespace s3 {

// A number of decimal digits and nothing else, 18 of them at most.
std::optional<uint64_t> ParseUnsigned(std::string_view text);

// 0 to 15, or -1 for what is no hexadecimal digit.
int HexValue(char c);

std::string Lowercase(std::string text);

// Without the white space (space, tab, CR, LF) at both ends.
std::string_view Trimmed(std::string_view text);

// Replaces each %XX by its byte. A percent sign without two hexadecimal digits
// stays as it is. A plus sign stays too, unless the text is encoded as HTML
// forms and the keys of S3's lists are, where it stands for a space.
enum class Plus { kStays, kIsSpace };
std::string PercentDecoded(std::string_view text, Plus plus = Plus::kStays);

// Of 1, true, yes, on and 0, false, no, off, in any case.
std::optional<bool> ParseYesNo(const std::string& text);

// What another program said, fit to be quoted in a message: its first 200
// bytes without the white space at their end, each control character a space.
std::string OneLine(std::string_view text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_TEXT_H_
