// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the options of this process from its environment and the AWS files.
//
//   Result<Options> options = ProcessOptions();
//   if (!options.ok()) return options.status();
//
// Starts the AWS runtime. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROCESS_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROCESS_OPTIONS_H_

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

//   INVALID_ARGUMENT: an invalid setting that must not be ignored
//   FAILED_PRECONDITION: an AWS file with an error
Result<Options> ProcessOptions();

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROCESS_OPTIONS_H_
