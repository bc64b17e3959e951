// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_STORAGE_PATH_H_
#define TENSORFLOW_SERVING_S3_CORE_STORAGE_PATH_H_

#include <string>

namespace tfs3 {

// The directory of one version of a servable, in any file system of TensorFlow:
// "s3://models/half/00000123" or "/models/half/123". Without a trailing slash.
using StoragePath = std::string;

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_STORAGE_PATH_H_
