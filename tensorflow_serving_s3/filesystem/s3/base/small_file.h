// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads a small file, for example settings or a token.
//
//   Result<std::string> text = ReadSmallFile("/var/run/secrets/token");
//   // error: "/var/run/secrets/token cannot be read: Permission denied"
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_SMALL_FILE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_SMALL_FILE_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

//   NOT_FOUND: the file does not exist
//   FAILED_PRECONDITION: it cannot be read, or has more than 1 MiB
Result<std::string> ReadSmallFile(const std::string& name);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_SMALL_FILE_H_
