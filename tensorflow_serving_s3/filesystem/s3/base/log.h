// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes warnings to stderr, for problems that do not make a call fail.
//
//   LogWarningOnce("AWS_LOG_LEVEL is set to \"3\", ...");
//   // s3 [WARN] AWS_LOG_LEVEL is set to "3", ...
//
// Thread-safe. A forked child does not repeat the lines of its parent.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_LOG_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_LOG_H_

#include <string>

namespace tfs3 {
namespace s3 {

// Writes the line unless this process has written it before.
void LogWarningOnce(const std::string& message);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_LOG_H_
