// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_S3_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_S3_METRICS_H_

#include "tensorflow_serving_s3/filesystem/flavour/s3_stats.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {

// Writes the requests of this process to S3:
//
//   tf_serving_s3_requests_total{operation, status}, each attempt separately;
//       the HTTP status, or "none" without a complete answer
//   tf_serving_s3_errors_total{operation}
//   tf_serving_s3_retries_total
//   tf_serving_s3_received_bytes_total
//   tf_serving_s3_sent_bytes_total
//   tf_serving_s3_request_seconds{operation}, a histogram
//
//   WriteS3Metrics(s3::ReadStats(), &writer);
//
// See s3::Stats for the exact meaning. Thread-safe.
void WriteS3Metrics(const s3::Stats& stats, PrometheusWriter* writer);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_S3_METRICS_H_
