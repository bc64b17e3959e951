// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_FILE_LIMITS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_FILE_LIMITS_H_

#include <cstdint>

namespace tfs3 {

// How many connections each API may have open.
struct ConnectionLimits {
  int64_t rest = 0;
  int64_t grpc = 0;
};

// Which APIs there are, and what the operator has said; 0: nothing.
struct ConnectionWishes {
  bool has_rest = false;
  bool has_grpc = false;
  int64_t rest = 0;
  int64_t grpc = 0;
};

// How many files this process may have open (RLIMIT_NOFILE); INT64_MAX for any
// number.
int64_t MaxOpenFiles();

// Divides `max_files` among the connections of both APIs. A quarter of the
// files, but at least 128, or half of them if there are fewer than 256, stays
// for models, S3 and the rest of the process. The wishes of the operator are
// taken as they are; the other API has what they leave.
ConnectionLimits DivideFiles(int64_t max_files, const ConnectionWishes& wishes);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_FILE_LIMITS_H_
