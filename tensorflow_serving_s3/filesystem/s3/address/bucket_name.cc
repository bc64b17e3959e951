// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/bucket_name.h"

#include <cstddef>

namespace tfs3 {
namespace s3 {
namespace {

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Returns true for four groups of digits with dots between them.
bool LooksLikeIpAddress(const std::string& name) {
  int dots = 0;
  size_t digits = 0;
  for (char c : name) {
    if (c == '.') {
      if (digits == 0) {
        return false;
      }
      ++dots;
      digits = 0;
    } else if (c >= '0' && c <= '9') {
      ++digits;
    } else {
      return false;
    }
  }
  return dots == 3 && digits > 0;
}

}  // namespace

std::string BrokenBucketRule(const std::string& name) {
  if (name.size() < 3 || name.size() > 63) {
    return "a bucket name has 3 to 63 characters, this one has " +
           std::to_string(name.size());
  }
  for (char c : name) {
    if (!IsLowerOrDigit(c) && c != '.' && c != '-') {
      return std::string(
                 "a bucket name consists of lower-case letters, digits, dots "
                 "and hyphens, this one has '") +
             c + "'";
    }
  }
  if (!IsLowerOrDigit(name.front()) || !IsLowerOrDigit(name.back())) {
    return "a bucket name begins and ends with a letter or a digit";
  }
  if (name.find("..") != std::string::npos) {
    return "a bucket name has no two dots side by side";
  }
  if (LooksLikeIpAddress(name)) {
    return "a bucket name does not look like an IP address";
  }
  return "";
}

bool FitsIntoHostName(const std::string& name) {
  for (const char c : name) {
    if (!IsLowerOrDigit(c) && c != '.' && c != '-') {
      return false;
    }
  }
  return !name.empty() && name.size() <= 63 && IsLowerOrDigit(name.front()) &&
         IsLowerOrDigit(name.back()) && name.find("..") == std::string::npos;
}

}  // namespace s3
}  // namespace tfs3
