// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Lines on stderr for what the user should know of and no call fails for.
//
//   LogWarningOnce("AWS_LOG_LEVEL is set to \"3\", ...");
//   // s3 [WARN] AWS_LOG_LEVEL is set to "3", ...
//
// Thread-safe. The child of a fork does not repeat its parent's lines.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_LOG_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_LOG_H_

#include <string>

namespace tfs3 {
namespace s3 {

// Writes the line unless this process has written the same one before.
void LogWarningOnce(const std::string& message);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_LOG_H_
