// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The counts of stats.h as text, for those who are not C++.
//
//   const std::string text = StatsJson(ReadStats());
//
//   {"operations": {"GetObject": {
//        "requests": {"206": 12}, "errors": 0,
//        "latency": [0, 3, 9, ...], "latency_sum_seconds": 0.75}, ...},
//    "latency_limits": [0.005, ...], "received_bytes": 1048576,
//    "sent_bytes": 0, "retries": 0}
//
// Numbers that count are whole; "latency" has one more than "latency_limits",
// for what exceeds the last of them. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_JSON_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_JSON_H_

#include <cstddef>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"

namespace tfs3 {
namespace s3 {

std::string StatsJson(const Stats& stats);

}  // namespace s3
}  // namespace tfs3

// StatsJson(ReadStats()) for programs that load the filesystem as a shared
// object: as much of it as `size` bytes hold goes into `buffer`, always with a
// zero at its end (nothing does when `size` is 0). Returns the length of the
// whole text without that zero; when that is not below `size`, ask again with
// a larger buffer.
extern "C" size_t TFS3_StatsJson(char* buffer, size_t size);

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_JSON_H_
