// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/error_notes.h"

#include <cstddef>
#include <cstdio>

#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxCauses = 100;

std::string CauseOf(const Status& error) {
  const std::string& message = error.message;
  const size_t path_end = message.find(": ");
  const size_t begin = path_end == std::string::npos ? 0 : path_end + 2;
  const size_t end = message.find(". ", begin);
  std::string cause = std::to_string(error.code) + " ";
  bool in_number = false;
  for (const char c : message.substr(begin, end - begin)) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit) {
      cause += c;
    }
    if (is_digit && !in_number) {
      cause += '#';
    }
    in_number = is_digit;
  }
  return cause;
}

}  // namespace

ErrorNotes& ErrorNotes::OfProcess() {
  static StaticPerProcess<ErrorNotes> per_process;
  return per_process.get();
}

bool ErrorNotes::Print(const Status& error) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (causes_.size() == kMaxCauses || !causes_.insert(CauseOf(error)).second) {
    return false;
  }
  std::fprintf(stderr, "s3 [ERROR] %s\n", error.message.c_str());
  return true;
}

}  // namespace s3
}  // namespace tfs3
