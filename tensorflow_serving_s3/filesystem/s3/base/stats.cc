// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"

#include <algorithm>
#include <atomic>

namespace tfs3 {
namespace s3 {
namespace {

// HTTP statuses have three digits. Others count as 0.
constexpr size_t kNumStatuses = 1000;

struct OperationCounters {
  std::array<std::atomic<uint64_t>, kNumStatuses> requests{};
  std::atomic<uint64_t> errors{0};
  std::array<std::atomic<uint64_t>, kLatencyLimits.size() + 1> latency{};
  std::atomic<uint64_t> latency_sum_ns{0};
};

// Initialised before main and without a destructor: usable at any time.
std::array<OperationCounters, kNumOperations> operations;
std::atomic<uint64_t> received_bytes{0};
std::atomic<uint64_t> sent_bytes{0};
std::atomic<uint64_t> retries{0};

void Add(std::atomic<uint64_t>& counter, uint64_t amount = 1) {
  counter.fetch_add(amount, std::memory_order_relaxed);
}

uint64_t Get(const std::atomic<uint64_t>& counter) {
  return counter.load(std::memory_order_relaxed);
}

OperationCounters& CountersOf(Operation operation) {
  return operations[static_cast<size_t>(operation)];
}

}  // namespace

const char* OperationName(Operation operation) {
  switch (operation) {
    case Operation::kGetObject:
      return "GetObject";
    case Operation::kHeadObject:
      return "HeadObject";
    case Operation::kListObjectsV2:
      return "ListObjectsV2";
    case Operation::kPutObject:
      return "PutObject";
    case Operation::kCreateMultipartUpload:
      return "CreateMultipartUpload";
    case Operation::kUploadPart:
      return "UploadPart";
    case Operation::kUploadPartCopy:
      return "UploadPartCopy";
    case Operation::kCompleteMultipartUpload:
      return "CompleteMultipartUpload";
    case Operation::kAbortMultipartUpload:
      return "AbortMultipartUpload";
    case Operation::kCopyObject:
      return "CopyObject";
    case Operation::kDeleteObject:
      return "DeleteObject";
    case Operation::kDeleteObjects:
      return "DeleteObjects";
    case Operation::kCreateSession:
      return "CreateSession";
  }
  return "";
}

Stats ReadStats() {
  Stats stats;
  for (size_t i = 0; i < kNumOperations; ++i) {
    const OperationCounters& counters = operations[i];
    OperationStats& out = stats.operations[i];
    out.name = OperationName(static_cast<Operation>(i));
    for (size_t status = 0; status < kNumStatuses; ++status) {
      const uint64_t requests = Get(counters.requests[status]);
      if (requests > 0) {
        out.requests[static_cast<int>(status)] = requests;
      }
    }
    out.errors = Get(counters.errors);
    for (size_t bucket = 0; bucket < out.latency.size(); ++bucket) {
      out.latency[bucket] = Get(counters.latency[bucket]);
    }
    out.latency_sum_seconds =
        static_cast<double>(Get(counters.latency_sum_ns)) * 1e-9;
  }
  stats.received_bytes = Get(received_bytes);
  stats.sent_bytes = Get(sent_bytes);
  stats.retries = Get(retries);
  return stats;
}

void CountRequest(Operation operation, int status,
                  std::chrono::nanoseconds duration) {
  OperationCounters& counters = CountersOf(operation);
  const bool known = status > 0 && static_cast<size_t>(status) < kNumStatuses;
  Add(counters.requests[known ? static_cast<size_t>(status) : 0]);
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto* const bucket =
      std::lower_bound(kLatencyLimits.begin(), kLatencyLimits.end(), seconds);
  Add(counters.latency[static_cast<size_t>(bucket - kLatencyLimits.begin())]);
  Add(counters.latency_sum_ns, static_cast<uint64_t>(duration.count()));
}

void CountError(Operation operation) { Add(CountersOf(operation).errors); }

void CountReceivedBytes(size_t bytes) { Add(received_bytes, bytes); }

void CountSentBytes(size_t bytes) { Add(sent_bytes, bytes); }

void CountRetry() { Add(retries); }

}  // namespace s3
}  // namespace tfs3
