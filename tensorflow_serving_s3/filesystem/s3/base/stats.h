// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What this process has asked of S3 so far, for those who watch it.
//
//   const Stats stats = ReadStats();
//   for (const OperationStats& operation : stats.operations) {
//     Show(operation.name, operation.requests);
//   }
//
// All numbers only rise. They are counted without a lock, each for itself: a
// snapshot that is taken while requests are under way may have one of them in
// one number and not yet in another. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>

namespace tfs3 {
namespace s3 {

// Of the S3 API.
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

// As S3 calls it: "GetObject".
const char* OperationName(Operation operation);

// The limits of the latency histogram in seconds: a request is in the first
// bucket whose limit it does not exceed, the last bucket has no limit.
inline constexpr std::array<double, 13> kLatencyLimits = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

struct OperationStats {
  const char* name = "";
  // Requests on the wire, each attempt for itself, by the HTTP status of their
  // answer; 0 are those without a complete answer.
  std::map<int, uint64_t> requests;
  // Operations that failed when all attempts were made. Not those that were
  // told that there is no such object: TensorFlow asks to find that out.
  uint64_t errors = 0;
  // Of every request, from the wait for a connection to the last byte.
  std::array<uint64_t, kLatencyLimits.size() + 1> latency{};
  double latency_sum_seconds = 0;
};

struct Stats {
  std::array<OperationStats, kNumOperations> operations;
  // Bytes of bodies: of objects, listings and errors; also of answers that
  // broke off.
  uint64_t received_bytes = 0;
  // Bytes of the bodies of requests, each attempt for itself.
  uint64_t sent_bytes = 0;
  // Attempts after the first one of an operation.
  uint64_t retries = 0;
};

Stats ReadStats();

// For the client, which counts.
void CountRequest(Operation operation, int status,
                  std::chrono::nanoseconds duration);
void CountError(Operation operation);
void CountReceivedBytes(size_t bytes);
void CountSentBytes(size_t bytes);
void CountRetry();

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_STATS_H_
