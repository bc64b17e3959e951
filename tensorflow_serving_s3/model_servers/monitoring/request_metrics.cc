// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/request_metrics.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow/core/lib/monitoring/sampler.h"
#include "tensorflow_serving_s3/servables/tensorflow/metric_cells.h"

namespace tfs3 {
namespace {

using tensorflow::monitoring::Buckets;
using tensorflow::monitoring::Counter;
using tensorflow::monitoring::Sampler;

Counter<2>* RequestCount() {
  static auto* const metric = Counter<2>::New(
      "/tensorflow/serving/request_count",
      "Requests to a model, by the status that they were answered with.",
      "model_name", "status");
  return metric;
}

Sampler<3>* RequestLatency() {
  static auto* const metric = Sampler<3>::New(
      {"/tensorflow/serving/request_latency",
       "Microseconds from the arrival of a request to its answer, of the "
       "requests that were answered OK.",
       "model_name", "API", "entrypoint"},
      // From 10 microseconds to more than half an hour.
      Buckets::Exponential(10, 1.8, 33));
  return metric;
}

absl::string_view NameOf(RequestRecord::Entrypoint entrypoint) {
  return entrypoint == RequestRecord::Entrypoint::kGrpc ? "GRPC" : "REST";
}

}  // namespace

RequestMetrics::RequestMetrics(
    std::function<bool(absl::string_view model)> is_configured)
    : is_configured_(std::move(is_configured)) {}

void RequestMetrics::OnRequest(const RequestRecord& record) {
  if (record.model_name.empty()) return;
  thread_local MetricCells<Counter<2>, 2> counts(RequestCount());
  if (!record.status.ok()) {
    counts
        .Get(is_configured_(record.model_name) ? record.model_name : "",
             absl::StatusCodeToString(record.status.code()))
        ->IncrementBy(1);
    return;
  }
  counts.Get(record.model_name, "OK")->IncrementBy(1);
  thread_local MetricCells<Sampler<3>, 3> latencies(RequestLatency());
  latencies.Get(record.model_name, record.api, NameOf(record.entrypoint))
      ->Add(std::chrono::duration<double, std::micro>(record.duration).count());
}

}  // namespace tfs3
