// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"

#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow/core/lib/monitoring/sampler.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/metric_cells.h"

namespace tfs3 {
namespace {

using tensorflow::monitoring::Buckets;
using tensorflow::monitoring::Counter;
using tensorflow::monitoring::Sampler;

Sampler<3>* RuntimeLatency() {
  static auto* const metric =
      Sampler<3>::New({"/tensorflow/serving/runtime_latency",
                       "The time of successful model runs, in microseconds.",
                       "model_name", "API", "runtime"},
                      // From 10 microseconds to more than half an hour.
                      Buckets::Exponential(10, 1.8, 33));
  return metric;
}

Sampler<1>* ExampleCounts() {
  static auto* const metric =
      Sampler<1>::New({"/tensorflow/serving/request_example_counts",
                       "The number of tf.Examples in a request.", "model"},
                      // From 1 to half a million.
                      Buckets::Exponential(1, 2, 20));
  return metric;
}

Counter<1>* ExampleTotal() {
  static auto* const metric =
      Counter<1>::New("/tensorflow/serving/request_example_count_total",
                      "The number of tf.Examples in all requests.", "model");
  return metric;
}

}  // namespace

void RunTimer::Record(absl::string_view model, absl::string_view api) const {
  const std::chrono::duration<double, std::micro> elapsed =
      Clock::now() - start_;
  thread_local MetricCells<Sampler<3>, 3> cells(RuntimeLatency());
  cells.Get(model, api, "TF1")->Add(elapsed.count());
}

void RecordExampleCount(absl::string_view model, int64_t count) {
  thread_local MetricCells<Sampler<1>, 1> counts(ExampleCounts());
  counts.Get(model)->Add(static_cast<double>(count));
  thread_local MetricCells<Counter<1>, 1> totals(ExampleTotal());
  totals.Get(model)->IncrementBy(count);
}

}  // namespace tfs3
