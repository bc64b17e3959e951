// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Accepts s3://bucket without a slash, which tensorflow-io refuses.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_BUCKET_URLS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_BUCKET_URLS_H_

#include <string>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {

// Returns `url` with a slash at its end if it names a bucket without one.
std::string WithBucketSlash(const std::string& url);

// Replaces the functions of `ops` that accept the URL of a bucket. The new
// functions add the slash and call the old ones. All calls of
// AcceptBucketsWithoutSlash must be for the same functions. Not thread-safe.
void AcceptBucketsWithoutSlash(TF_FilesystemOps* ops);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_BUCKET_URLS_H_
