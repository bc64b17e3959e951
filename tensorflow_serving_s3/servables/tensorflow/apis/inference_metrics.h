// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_METRICS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_METRICS_H_

#include <chrono>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace tfs3 {

// TensorFlow Serving's metrics of model runs, in TensorFlow's registry:
//
//   /tensorflow/serving/runtime_latency{model_name, API, runtime}
//   /tensorflow/serving/request_example_counts{model}
//   /tensorflow/serving/request_example_count_total{model}
//
// All functions are thread-safe.

// Measures one run of a model. The time starts with the constructor:
//
//   const RunTimer timer;
//   auto outputs = signature.Run(inputs, options);
//   if (outputs.ok()) timer.Record("half", "Predict");
class RunTimer {
 public:
  // Records the time of a successful run. The label "runtime" is "TF1",
  // TensorFlow Serving's value for a session.
  void Record(absl::string_view model, absl::string_view api) const;

 private:
  using Clock = std::chrono::steady_clock;

  const Clock::time_point start_ = Clock::now();
};

// Records the number of tf.Examples in a request.
void RecordExampleCount(absl::string_view model, int64_t count);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_METRICS_H_
