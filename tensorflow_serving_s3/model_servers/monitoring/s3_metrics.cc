// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/s3_metrics.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace tfs3 {
namespace {

void WriteLatency(const s3::OperationStats& operation,
                  PrometheusWriter* writer) {
  uint64_t count = 0;
  for (size_t i = 0; i < operation.latency.size(); ++i) {
    count += operation.latency[i];
    const std::string limit = i < s3::kLatencyLimits.size()
                                  ? PrometheusNumber(s3::kLatencyLimits[i])
                                  : "+Inf";
    writer->Sample("tf_serving_s3_request_seconds_bucket",
                   {{"operation", operation.name}, {"le", limit}},
                   static_cast<int64_t>(count));
  }
  writer->Sample("tf_serving_s3_request_seconds_sum",
                 {{"operation", operation.name}},
                 operation.latency_sum_seconds);
  writer->Sample("tf_serving_s3_request_seconds_count",
                 {{"operation", operation.name}}, static_cast<int64_t>(count));
}

}  // namespace

void WriteS3Metrics(const s3::Stats& stats, PrometheusWriter* writer) {
  constexpr char kRequests[] = "tf_serving_s3_requests_total";
  writer->Family(kRequests, "counter",
                 "Requests sent to S3, each attempt separately, by the HTTP "
                 "status of the response; none: no complete response.");
  for (const s3::OperationStats& operation : stats.operations) {
    for (const auto& [status, count] : operation.requests) {
      const std::string text = status == 0 ? "none" : absl::StrCat(status);
      writer->Sample(kRequests,
                     {{"operation", operation.name}, {"status", text}},
                     static_cast<int64_t>(count));
    }
  }
  constexpr char kErrors[] = "tf_serving_s3_errors_total";
  writer->Family(kErrors, "counter",
                 "S3 operations that failed after all attempts, except for "
                 "objects that do not exist.");
  for (const s3::OperationStats& operation : stats.operations) {
    writer->Sample(kErrors, {{"operation", operation.name}},
                   static_cast<int64_t>(operation.errors));
  }
  constexpr char kRetries[] = "tf_serving_s3_retries_total";
  writer->Family(kRetries, "counter",
                 "Attempts of S3 operations after the first one.");
  writer->Sample(kRetries, {}, static_cast<int64_t>(stats.retries));
  constexpr char kReceived[] = "tf_serving_s3_received_bytes_total";
  writer->Family(kReceived, "counter",
                 "Bytes of bodies received from S3: objects, listings, "
                 "errors.");
  writer->Sample(kReceived, {}, static_cast<int64_t>(stats.received_bytes));
  constexpr char kSent[] = "tf_serving_s3_sent_bytes_total";
  writer->Family(kSent, "counter",
                 "Bytes of bodies sent to S3, each attempt separately.");
  writer->Sample(kSent, {}, static_cast<int64_t>(stats.sent_bytes));
  writer->Family("tf_serving_s3_request_seconds", "histogram",
                 "Seconds of requests to S3, up to the last byte of the "
                 "response.");
  for (const s3::OperationStats& operation : stats.operations) {
    WriteLatency(operation, writer);
  }
}

}  // namespace tfs3
