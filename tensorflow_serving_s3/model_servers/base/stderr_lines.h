// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STDERR_LINES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STDERR_LINES_H_

#include <functional>

#include "absl/strings/string_view.h"

namespace tfs3 {

// Hands over, line by line, what this process writes to stderr past its log:
// kernels such as tf.print, gRPC, the S3 client, the C library, child
// processes.
//
//   CaptureStderr([](absl::string_view line) {
//     WriteToStderr(AsJson(line));
//   });
//   ...
//   ReleaseStderr();
//
// An abort() waits until the lines before it are handed over.

// Keeps what is written to stderr from now on, for CaptureStderr. May be called
// before any initialiser has run.
void HoldStderr();

// Calls `on_line` with every line that is written to stderr from now on, or
// since HoldStderr, without its line break; on a thread of its own. To be
// called once.
void CaptureStderr(std::function<void(absl::string_view line)> on_line);

// Hands over what has been written, and lets stderr be what it was. Does
// nothing without CaptureStderr.
void ReleaseStderr();

// Writes to what stderr was before it was held or captured, in one piece.
// Thread-safe.
void WriteToStderr(absl::string_view text);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STDERR_LINES_H_
