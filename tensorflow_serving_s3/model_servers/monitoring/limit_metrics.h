// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_LIMIT_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_LIMIT_METRICS_H_

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {

// Writes the memory budget of requests, its use and its refusals:
//
//   tf_serving_s3_request_memory_limit_bytes
//   tf_serving_s3_request_memory_used_bytes
//   tf_serving_s3_request_memory_refusals_total
void WriteMemoryMetrics(const RequestMemory& memory, PrometheusWriter* writer);

// Writes the connections and queues of both APIs, each with the label
// entrypoint (REST or GRPC):
//
//   tf_serving_s3_open_connections, tf_serving_s3_max_connections
//   tf_serving_s3_refused_connections_total
//   tf_serving_s3_evicted_connections_total
//   tf_serving_s3_waiting_requests
//   tf_serving_s3_queue_refusals_total
//   tf_serving_s3_refused_requests_total, with the label status too
void WriteTransportMetrics(const TransportCounters& rest,
                           const TransportCounters& grpc,
                           PrometheusWriter* writer);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_LIMIT_METRICS_H_
