// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_RELOAD_COUNTERS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_RELOAD_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace tfs3 {

// Counts the configurations that were to replace the one in force, by
// HandleReloadConfigRequest or from the polled file. Thread-safe.
struct ReloadCounters {
  // Configurations that came into force, also if a model then does not load.
  std::atomic<int64_t> applied{0};
  // Configurations that are not valid: the old one stays in force.
  std::atomic<int64_t> refused{0};
  // Polls that could not read or parse the file.
  std::atomic<int64_t> unreadable{0};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_RELOAD_COUNTERS_H_
