// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Gives this program's TensorFlow the S3 filesystem.
//
//   absl::Status status = tfs3::RegisterS3Filesystem("s3");
//   // from now on tensorflow::Env::Default() reads s3://bucket/key
//
// A program that wants `s3` from its start links s3_adapter_static instead and
// calls nothing. Nothing is contacted and no thread is started before the first
// use of a URL.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADAPTER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADAPTER_H_

#include <string>

#include "absl/status/status.h"

namespace tfs3 {

// Registers the filesystem for URLs of `scheme`, with settings from the
// environment at its first use. ALREADY_EXISTS when the scheme has a
// filesystem. Thread-safe.
absl::Status RegisterS3Filesystem(const std::string& scheme);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADAPTER_H_
