// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STDERR_LINES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STDERR_LINES_H_

#include <functional>

#include "absl/strings/string_view.h"

namespace tfs3 {

// Captures lines that this process writes to stderr without its log: by kernels
// such as tf.print, gRPC, the S3 client, the C library and child processes.
//
//   CaptureStderr([](absl::string_view line) {
//     WriteToStderr(AsJson(line));
//   });
//   ...
//   ReleaseStderr();
//
// abort() waits until on_line has got the lines before it.

// Buffers the output on stderr from now on, for CaptureStderr. May run before
// all initialisers.
void RedirectStderr();

// Calls `on_line` with every line on stderr since RedirectStderr or from now
// on, without its line break, on another thread. Call it once.
void CaptureStderr(std::function<void(absl::string_view line)> on_line);

// Passes on the remaining output, and restores stderr. Does nothing without
// CaptureStderr.
void ReleaseStderr();

// Writes to the original stderr, in one call. Thread-safe.
void WriteToStderr(absl::string_view text);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STDERR_LINES_H_
