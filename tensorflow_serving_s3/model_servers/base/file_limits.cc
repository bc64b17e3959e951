// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/file_limits.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace tfs3 {

int64_t MaxOpenFiles() {
  rlimit files;
  constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
      files.rlim_cur > static_cast<rlim_t>(kNoLimit)) {
    return kNoLimit;
  }
  return static_cast<int64_t>(files.rlim_cur);
}

ConnectionLimits DivideFiles(int64_t max_files, const ConnectionFlags& flags) {
  constexpr int64_t kMinReserve = 128;
  const int64_t reserve =
      std::max(max_files / 4, std::min(kMinReserve, max_files / 2));
  const int64_t available = max_files - reserve;
  ConnectionLimits limits{flags.rest, flags.grpc};
  const int64_t left =
      std::max<int64_t>(available - flags.rest - flags.grpc, 1);
  const bool divide_rest = flags.has_rest && flags.rest == 0;
  const bool divide_grpc = flags.has_grpc && flags.grpc == 0;
  const int64_t share =
      std::max<int64_t>(divide_rest && divide_grpc ? left / 2 : left, 1);
  if (divide_rest) {
    limits.rest = share;
  }
  if (divide_grpc) {
    limits.grpc = share;
  }
  return limits;
}

}  // namespace tfs3
