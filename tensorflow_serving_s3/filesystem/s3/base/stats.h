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

#include <chrono>
#include <cstddef>

#include "tensorflow_serving_s3/filesystem/flavour/s3_stats.h"

namespace tfs3 {
namespace s3 {

// The operations of the S3 API; kNumOperations of them.
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

// Returns the S3 name: "GetObject".
const char* OperationName(Operation operation);

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
