// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/log_filter.h"

#include <cstddef>

namespace tfs3 {
namespace s3 {
namespace {

const char* const kExpected[] = {
    "Content-Length", "Content-Type", "Host",       "If-Match",
    "Range",          "User-Agent",   "X-Amz-Date", "x-amz-content-sha256"};

bool IsExpected(const std::string& name) {
  for (const char* harmless : kExpected) {
    if (name == harmless) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string WithoutSecrets(const std::string& message) {
  const std::string intro = "Sending header: ";
  const size_t begin = message.find(intro);
  if (begin == std::string::npos) {
    return message;
  }
  const size_t name_begin = begin + intro.size();
  const size_t colon = message.find(':', name_begin);
  if (colon == std::string::npos ||
      IsExpected(message.substr(name_begin, colon - name_begin))) {
    return message;
  }
  return message.substr(0, colon) + ": (not shown)";
}

}  // namespace s3
}  // namespace tfs3
