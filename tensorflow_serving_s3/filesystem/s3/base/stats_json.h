// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The counters of stats.h as JSON, for programs in other languages.
//
//   const std::string text = StatsJson(ReadStats());
//
//   {"operations": {"GetObject": {
//        "requests": {"206": 12}, "errors": 0,
//        "latency": [0, 3, 9, ...], "latency_sum_seconds": 0.75}, ...},
//    "latency_limits": [0.005, ...], "received_bytes": 1048576,
//    "sent_bytes": 0, "retries": 0}
//
// "latency" has one more element than "latency_limits", for requests above the
// last limit. Thread-safe.
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

// Writes StatsJson(ReadStats()) into `buffer`, for programs that load the
// filesystem as a shared object. Truncates the text to `size` bytes, including
// a terminating zero. Returns the length of the whole text without the zero; if
// it is not less than `size`, call again with a larger buffer.
extern "C" size_t TFS3_StatsJson(char* buffer, size_t size);

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_JSON_H_
