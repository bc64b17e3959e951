// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include <cstdarg>
#include <cstdio>
#include <string>

#include "absl/log/absl_log.h"
#include "absl/log/absl_vlog_is_on.h"
#include "tensorflow/c/logging.h"

namespace {

std::string Formatted(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int size = std::vsnprintf(nullptr, 0, format, arguments);
  std::string text(size > 0 ? static_cast<size_t>(size) : 0, '\0');
  if (size > 0) {
    std::vsnprintf(text.data(), text.size() + 1, format, again);
  }
  va_end(again);
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

}  // namespace

void TF_Log(TF_LogLevel level, const char* fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  const std::string text = Formatted(fmt, arguments);
  va_end(arguments);
  switch (level) {
    case TF_INFO:
      ABSL_LOG(INFO) << text;
      break;
    case TF_WARNING:
      ABSL_LOG(WARNING) << text;
      break;
    case TF_ERROR:
      ABSL_LOG(ERROR) << text;
      break;
    case TF_FATAL:
      ABSL_LOG(FATAL) << text;
      break;
  }
}

void TF_VLog(int level, const char* fmt, ...) {
  if (!ABSL_VLOG_IS_ON(level)) {
    return;
  }
  va_list arguments;
  va_start(arguments, fmt);
  ABSL_LOG(INFO) << Formatted(fmt, arguments);
  va_end(arguments);
}

void TF_DVLog([[maybe_unused]] int level, [[maybe_unused]] const char* fmt,
              ...) {
#ifndef NDEBUG
  if (!ABSL_VLOG_IS_ON(level)) {
    return;
  }
  va_list arguments;
  va_start(arguments, fmt);
  ABSL_LOG(INFO) << Formatted(fmt, arguments);
  va_end(arguments);
#endif
}
