// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOGGING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOGGING_H_

#include "absl/base/log_severity.h"
#include "absl/strings/string_view.h"

namespace tfs3 {

// How a line of a log is written.
enum class LogFormat {
  // 2026-11-22T04:57:01.123456Z I server_core.cc:120] text
  kText,
  // {"time": "2026-11-22T04:57:01.123456Z", "severity": "INFO",
  //  "source": "server_core.cc:120", "message": "text"}
  kJson,
};

struct LogOptions {
  LogFormat format = LogFormat::kText;
  // What is less severe is left out.
  absl::LogSeverityAtLeast level = absl::LogSeverityAtLeast::kInfo;
};

// Sends all that is logged through absl's log to stderr, one line a message.
//
// TensorFlow logs to the same place, and follows TF_CPP_MIN_LOG_LEVEL,
// TF_CPP_MAX_VLOG_LEVEL and TF_CPP_VMODULE of the environment:
// - Without TF_CPP_MIN_LOG_LEVEL its warnings and errors are shown. With it,
// its
//   messages from that level on, and the server's own too: 0 is all, 1 warnings
//   and errors, 2 errors, 3 fatal errors.
// - `options.level` is the lowest level in any case.
// - Verbose messages are shown if the other two variables ask for them.
// A place in libraries that repeats itself is shown ten times a second at most,
// with a count of the messages left out, as some log what a client's request is
// like.
//
// With LogFormat::kJson everything that is written to stderr past the log
// becomes a line of it too, with "source": "stderr". To be called once, at the
// start of main.
void InitializeLogging(const LogOptions& options);

// Writes the error that ends the program, whatever the levels are:
// "tensorflow_model_server: MESSAGE", or an object with the severity ERROR.
void WriteLastError(LogFormat format, absl::string_view message);

// Writes the lines to stderr that have not been written yet. To be called
// before the process ends.
void FlushLogging();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOGGING_H_
