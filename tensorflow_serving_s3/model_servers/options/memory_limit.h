// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_MEMORY_LIMIT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

namespace tfs3 {

// The bytes of memory that this process may use: the least of the machine's
// memory and the limits of the process's control groups (version 1 and 2) and
// of the groups above them. Reads files below `root`, which is "" but in tests.
// 0 if none of them can be read.
int64_t ReadMemoryLimit(const std::string& root = "");

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_MEMORY_LIMIT_H_
