// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOGGING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOGGING_H_

#include "absl/base/log_severity.h"
#include "absl/strings/string_view.h"

namespace tfs3 {

// The form of a log line.
enum class LogFormat {
  // 2026-11-22T04:57:01.123456Z I server_core.cc:120] text
  kText,
  // {"time": "2026-11-22T04:57:01.123456Z", "severity": "INFO",
  //  "source": "server_core.cc:120", "message": "text"}
  kJson,
};

struct LogOptions {
  LogFormat format = LogFormat::kText;
  // The lowest severity to log.
  absl::LogSeverityAtLeast level = absl::LogSeverityAtLeast::kInfo;
  // Whether LogFormat::kJson includes all other output on stderr.
  bool capture_stderr = true;
};

// Sends the messages of absl's log to stderr, one line each. Call it once, at
// the start of main.
//
// TensorFlow uses the same log. Environment variables filter it:
//
//  - Without TF_CPP_MIN_LOG_LEVEL: the log has TensorFlow's warnings and
//  errors.
//  - TF_CPP_MIN_LOG_LEVEL is the lowest level of TensorFlow and of the server:
//  0
//    is all, 1 warnings and errors, 2 errors, 3 fatal errors.
//  - TF_CPP_MAX_VLOG_LEVEL and TF_CPP_VMODULE turn on verbose messages.
//
// `options.level` is always a lower limit. Each place in the source of a
// library can log ten messages a second; the next one has a count of the
// omitted ones. Some libraries log a message for each bad request.
//
// With LogFormat::kJson and options.capture_stderr all other output on stderr
// becomes log lines too, with "source": "stderr".
void InitializeLogging(const LogOptions& options);

// Parses the value of TF_CPP_MIN_LOG_LEVEL; other text means 0.
absl::LogSeverityAtLeast ParseMinLogLevel(absl::string_view text);

// Writes the error that ends the program, at any level:
// "tensorflow_model_server: MESSAGE", or an object with severity ERROR.
void WriteLastError(LogFormat format, absl::string_view message);

// Writes the remaining lines to stderr. Call it before the process ends.
void FlushLogging();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOGGING_H_
