// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TRANSPORT_COUNTERS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TRANSPORT_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace tfs3 {

// Counts the connections and queued requests of one API, REST or gRPC.
// Thread-safe.
struct TransportCounters {
  std::atomic<int64_t> open_connections{0};
  // The limit of open_connections; 0: no limit.
  std::atomic<int64_t> max_connections{0};
  // New connections that were closed because of the limit.
  std::atomic<int64_t> refused_connections{0};
  // Idle connections that were closed to make room for new ones.
  std::atomic<int64_t> evicted_connections{0};
  // Requests that wait for a thread.
  std::atomic<int64_t> waiting_requests{0};
  // Requests that were refused because too many were waiting.
  std::atomic<int64_t> refused_by_queue{0};
  // Requests that the transport refused, because of a limit or a timeout,
  // because the server stops, or because they are malformed. By
  // absl::StatusCode.
  static constexpr int kNumCodes = 17;
  std::atomic<int64_t> refused_requests[kNumCodes] = {};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TRANSPORT_COUNTERS_H_
