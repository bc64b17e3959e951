// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REGISTRY_METRICS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REGISTRY_METRICS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {

// Returns the name of a TensorFlow metric on TensorFlow Serving's page for
// Prometheus: a colon replaces every character that Prometheus does not allow.
//
//   PrometheusName("/tensorflow/serving/request_count")
//       == ":tensorflow:serving:request_count"
std::string PrometheusName(absl::string_view metric);

// Writes every metric of this process's TensorFlow registry:
//
//  - numbers and bools as counters or gauges
//  - samplers as histograms
//  - percentiles as summaries
//  - strings as a gauge of 1 with the string in the label "value"
//
// Thread-safe.
void WriteRegistryMetrics(PrometheusWriter* writer);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_REGISTRY_METRICS_H_
