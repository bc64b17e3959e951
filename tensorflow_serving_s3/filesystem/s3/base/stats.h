// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Counts the S3 requests of this process.
//
//   const Stats stats = ReadStats();
//   for (const OperationStats& operation : stats.operations) {
//     Show(operation.name, operation.requests);
//   }
//
// The counters only increase. They have no common lock: a snapshot during a
// request may contain it in one counter and not in another. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

namespace tfs3 {
namespace s3 {

// The operations of the S3 API.
enum class Operation {
  kGetObject,
  kHeadObject,
  kListObjectsV2,
  kPutObject,
  kCreateMultipartUpload,
  kUploadPart,
  kUploadPartCopy,
  kCompleteMultipartUpload,
  kAbortMultipartUpload,
  kCopyObject,
  kDeleteObject,
  kDeleteObjects,
  kCreateSession,
};
inline constexpr size_t kNumOperations = 13;

// Returns the S3 name: "GetObject".
const char* OperationName(Operation operation);

// The upper limits of the buckets of the latency histogram, in seconds. The
// last bucket has no limit.
inline constexpr std::array<double, 13> kLatencyLimits = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

struct OperationStats {
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

Stats ReadStats();

// The functions below are for the client.
void CountRequest(Operation operation, int status,
                  std::chrono::nanoseconds duration);
void CountError(Operation operation);
void CountReceivedBytes(size_t bytes);
void CountSentBytes(size_t bytes);
void CountRetry();

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_H_
