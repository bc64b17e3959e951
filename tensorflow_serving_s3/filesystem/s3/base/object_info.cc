// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"

#include <cstdint>
#include <limits>

#include "aws/common/byte_buf.h"
#include "aws/common/date_time.h"
#include "aws/common/error.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr int64_t kSecond = 1000000000;
constexpr int64_t kMaxNanoseconds = std::numeric_limits<int64_t>::max();

// Returns false if a number has more than four digits. The CRT's parser of the
// header format does not limit the digits, and would overflow.
bool HasShortNumbers(const std::string& text) {
  int digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 4) {
      return false;
    }
  }
  return true;
}

// Adds "Z" (UTC) to a time of day without an offset.
std::string WithOffset(const std::string& text) {
  const size_t time = text.find_first_of("Tt");
  const bool has_time = time != std::string::npos && time + 1 < text.size();
  return has_time && text.find_first_not_of("0123456789:.", time + 1) ==
                         std::string::npos
             ? text + "Z"
             : text;
}

}  // namespace

int64_t ParseTime(const std::string& given) {
  const std::string text = WithOffset(given);
  const aws_byte_cursor cursor =
      aws_byte_cursor_from_array(text.data(), text.size());
  for (aws_date_format format :
       {AWS_DATE_FORMAT_ISO_8601, AWS_DATE_FORMAT_RFC822}) {
    if (format == AWS_DATE_FORMAT_RFC822 && !HasShortNumbers(text)) {
      continue;
    }
    aws_date_time time;
    if (aws_date_time_init_from_str_cursor(&time, &cursor, format) ==
        AWS_OP_SUCCESS) {
      const bool fits =
          time.timestamp >= 0 && time.timestamp <= kMaxNanoseconds / kSecond;
      return fits ? time.timestamp * kSecond : 0;
    }
  }
  return 0;
}

}  // namespace s3
}  // namespace tfs3
