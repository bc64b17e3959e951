// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses and formats text in ASCII, independent of the locale. Pure functions,
// thread-safe.
//
//   ParseUnsigned("1024");         // 1024
//   ParseUnsigned("-1");           // nullopt; also for "", " 1" and "1k"
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

// Parses a number of 1 to 18 decimal digits.
std::optional<uint64_t> ParseUnsigned(std::string_view text);

// Returns 0 to 15, or -1 if `c` is not a hexadecimal digit.
int HexValue(char c);

std::string Lowercase(std::string text);

// Removes white space (space, tab, CR, LF) at both ends.
std::string_view Trimmed(std::string_view text);

// Replaces each %XX by its byte. Keeps a percent sign without two hexadecimal
// digits. kSpace replaces each plus sign by a space, for HTML forms and for the
// keys in S3's listings.
enum class PlusSign { kLiteral, kSpace };
std::string PercentDecoded(std::string_view text,
                           PlusSign plus = PlusSign::kLiteral);

// Parses 1, true, yes, on and 0, false, no, off, in any case.
std::optional<bool> ParseYesNo(const std::string& text);

// Formats the text of another program for a message: the first 200 bytes,
// without white space at the end, and with spaces instead of control
// characters.
std::string OneLine(std::string_view text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_TEXT_H_
