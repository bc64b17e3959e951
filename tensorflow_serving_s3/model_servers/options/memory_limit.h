// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_MEMORY_LIMIT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

namespace tfs3 {

// Returns the bytes of memory that this process may use: the minimum of the
// machine's memory and the limits of the process's control groups (version 1
// and 2) and of their parent groups. Returns 0 if none of them can be read.
// Reads files below `root`, which only tests set.
int64_t ReadMemoryLimit(const std::string& root = "");

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_MEMORY_LIMIT_H_
