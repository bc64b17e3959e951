// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_STORAGE_SIZE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_STORAGE_SIZE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow/core/platform/env.h"

namespace tfs3 {

// Returns the size of all files under a folder, in any filesystem that is
// registered with TensorFlow. Lists each folder and calls Stat for each entry.
// An error comes from the filesystem and names the path.
absl::StatusOr<uint64_t> TotalFileBytes(tensorflow::Env* env,
                                        const std::string& folder);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_STORAGE_SIZE_H_
