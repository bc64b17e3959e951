// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/limit_metrics.h"

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tfs3 {
namespace {

void Write(absl::string_view name, absl::string_view type,
           absl::string_view help, int64_t value, PrometheusWriter* writer) {
  writer->Family(name, type, help);
  writer->Sample(name, {}, value);
}

// A metric family, and the counter of its samples.
struct Family {
  absl::string_view name;
  absl::string_view type;
  absl::string_view help;
  std::atomic<int64_t> TransportCounters::*value;
};

constexpr Family kFamilies[] = {
    {"tf_serving_s3_open_connections", "gauge", "Open connections.",
     &TransportCounters::open_connections},
    {"tf_serving_s3_max_connections", "gauge", "Limit of open connections.",
     &TransportCounters::max_connections},
    {"tf_serving_s3_refused_connections_total", "counter",
     "New connections that were closed because of the limit.",
     &TransportCounters::refused_connections},
    {"tf_serving_s3_evicted_connections_total", "counter",
     "Idle connections that were closed to make room for new ones.",
     &TransportCounters::evicted_connections},
    {"tf_serving_s3_waiting_requests", "gauge",
     "Requests that wait for a thread.", &TransportCounters::waiting_requests},
    {"tf_serving_s3_queue_refusals_total", "counter",
     "Requests that were refused because too many were waiting.",
     &TransportCounters::refused_by_queue},
};

void WriteRefusals(absl::string_view entrypoint,
                   const TransportCounters& counters,
                   PrometheusWriter* writer) {
  for (int code = 0; code < TransportCounters::kNumCodes; ++code) {
    const int64_t count = counters.refused_requests[code];
    if (count == 0) {
      continue;
    }
    const std::string status =
        absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
    writer->Sample("tf_serving_s3_refused_requests_total",
                   {{"entrypoint", entrypoint}, {"status", status}}, count);
  }
}

}  // namespace

void WriteMemoryMetrics(const RequestMemory& memory, PrometheusWriter* writer) {
  Write("tf_serving_s3_request_memory_limit_bytes", "gauge",
        "Limit of the memory of requests in progress, in bytes; 0: no limit.",
        memory.limit(), writer);
  Write("tf_serving_s3_request_memory_used_bytes", "gauge",
        "Memory of requests in progress, in bytes.", memory.used(), writer);
  Write("tf_serving_s3_request_memory_refusals_total", "counter",
        "Refusals by the memory budget of requests.", memory.num_refused(),
        writer);
}

void WriteTransportMetrics(const TransportCounters& rest,
                           const TransportCounters& grpc,
                           PrometheusWriter* writer) {
  for (const Family& family : kFamilies) {
    writer->Family(family.name, family.type, family.help);
    writer->Sample(family.name, {{"entrypoint", "REST"}},
                   (rest.*family.value).load());
    writer->Sample(family.name, {{"entrypoint", "GRPC"}},
                   (grpc.*family.value).load());
  }
  writer->Family("tf_serving_s3_refused_requests_total", "counter",
                 "Requests that the transport refused: because of a limit or a "
                 "timeout, while the server stops, or because they are "
                 "malformed.");
  WriteRefusals("REST", rest, writer);
  WriteRefusals("GRPC", grpc, writer);
}

}  // namespace tfs3
