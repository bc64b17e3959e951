// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_STORAGE_SIZE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_STORAGE_SIZE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow/core/platform/env.h"

namespace tfs3 {

// The bytes of all files in a folder and the folders in it, in any file system
// that TensorFlow knows. Costs one listing for each folder and one question for
// each entry. The error is the file system's and names the path.
absl::StatusOr<uint64_t> TotalFileBytes(tensorflow::Env* env,
                                        const std::string& folder);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_STORAGE_SIZE_H_
