// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_LOAD_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_LOAD_METRICS_H_

#include <vector>

#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3 {

// Writes the known progress of the loads that are running:
//
//   tf_serving_s3_model_load_bytes{model_name, version}
//   tf_serving_s3_model_load_total_bytes{model_name, version}
//
//   WriteLoadMetrics(ActiveLoads(), &writer);
//
// Writes only the first of two loads of the same version, which has moved to
// another path. Thread-safe.
void WriteLoadMetrics(const std::vector<LoadProgress>& loads,
                      PrometheusWriter* writer);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_LOAD_METRICS_H_
