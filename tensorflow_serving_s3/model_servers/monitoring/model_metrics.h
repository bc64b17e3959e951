// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_MODEL_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_MODEL_METRICS_H_

#include "tensorflow_serving_s3/model_servers/base/reload_counters.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {

// Writes whether the server is ready, as /readyz does, and which models of the
// configuration have an available version. The values are 0 or 1:
//
//   tf_serving_s3_ready
//   tf_serving_s3_model_available{model_name}
void WriteModelMetrics(const ServerStatus& status, PrometheusWriter* writer);

// Writes the counters of configurations. All results have a sample from the
// start:
//
//   tf_serving_s3_config_reloads_total{result}
void WriteReloadMetrics(const ReloadCounters& counters,
                        PrometheusWriter* writer);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_MODEL_METRICS_H_
