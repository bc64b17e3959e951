// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Counters of the S3 requests of a process. The counters only increase.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_FLAVOUR_S3_STATS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_FLAVOUR_S3_STATS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

namespace tfs3 {
namespace s3 {

// The number of operations of the S3 API that are counted.
inline constexpr size_t kNumOperations = 13;

// The upper limits of the buckets of the latency histogram, in seconds. The
// last bucket has no limit.
inline constexpr std::array<double, 13> kLatencyLimits = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

struct OperationStats {
  // The S3 name: "GetObject".
  const char* name = "";
  // The number of attempts by the HTTP status of the response; 0 means no
  // complete response.
  std::map<int, uint64_t> requests;
  // Operations that failed after all attempts. NOT_FOUND does not count:
  // TensorFlow uses it to test whether a file exists.
  uint64_t errors = 0;
  // Of each attempt, from the wait for a connection to the last byte.
  std::array<uint64_t, kLatencyLimits.size() + 1> latency{};
  double latency_sum_seconds = 0;
};

struct Stats {
  std::array<OperationStats, kNumOperations> operations;
  // Bytes of response bodies: objects, listings, errors; including incomplete
  // responses.
  uint64_t received_bytes = 0;
  // Bytes of request bodies, of all attempts.
  uint64_t sent_bytes = 0;
  // Attempts after the first attempt of an operation.
  uint64_t retries = 0;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_FLAVOUR_S3_STATS_H_
