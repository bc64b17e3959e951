// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Registers the S3 filesystem with TensorFlow.
//
//   absl::Status status = tfs3::RegisterS3Filesystem("s3");
//   // Now tensorflow::Env::Default() reads s3://bucket/key.
//
// A program that links s3_adapter_static registers `s3` before main. The
// filesystem sends no request and starts no thread before its first use.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADAPTER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADAPTER_H_

#include <string>

#include "absl/status/status.h"

namespace tfs3 {

// Registers the filesystem for URLs of `scheme`. Reads the environment at its
// first use. ALREADY_EXISTS: the scheme already has a filesystem. Thread-safe.
absl::Status RegisterS3Filesystem(const std::string& scheme);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADAPTER_H_
