// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_METRICS_PAGE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_METRICS_PAGE_H_

#include <string>

#include "tensorflow_serving_s3/model_servers/base/reload_counters.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"

namespace tfs3 {

// What the page shows of the server. Pointers may be null, and must outlive the
// page.
struct MetricsSources {
  const ServerStatus* status = nullptr;
  const ReloadCounters* reloads = nullptr;
  const RequestMemory* memory = nullptr;
  const TransportCounters* rest = nullptr;
  const TransportCounters* grpc = nullptr;
};

// Returns the page for Prometheus: all metrics of TensorFlow's registry (see
// registry_metrics.h), of S3 (s3_metrics.h), of models (model_metrics.h) and
// their loads (load_metrics.h), of limits (limit_metrics.h) and of the process
// (process_metrics.h), and
//
//   tf_serving_s3_build_info{version, tensorflow_version} 1
//
// The content type is PrometheusWriter::kContentType. Thread-safe.
std::string MetricsPage(const MetricsSources& sources);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_METRICS_PAGE_H_
