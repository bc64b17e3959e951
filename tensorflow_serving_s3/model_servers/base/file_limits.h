// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_FILE_LIMITS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_FILE_LIMITS_H_

#include <cstdint>

namespace tfs3 {

// The limits of open connections.
struct ConnectionLimits {
  int64_t rest = 0;
  int64_t grpc = 0;
};

// The enabled APIs and the limits in their flags; 0: not set.
struct ConnectionFlags {
  bool has_rest = false;
  bool has_grpc = false;
  int64_t rest = 0;
  int64_t grpc = 0;
};

// Returns the limit of open files of this process (RLIMIT_NOFILE); INT64_MAX if
// there is none.
int64_t MaxOpenFiles();

// Divides `max_files` between the connections of both APIs. Reserves a quarter
// of the files for models, S3 and the rest of the process: at least 128, or
// half of them if there are fewer than 256. A limit in a flag is used
// unchanged; the other API gets the remaining files.
ConnectionLimits DivideFiles(int64_t max_files, const ConnectionFlags& flags);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_FILE_LIMITS_H_
