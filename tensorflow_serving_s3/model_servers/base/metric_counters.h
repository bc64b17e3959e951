// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_METRIC_COUNTERS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_METRIC_COUNTERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tfs3 {

// Returns the values of integer metrics in TensorFlow's monitoring registry,
// such as "/tensorflow/cc/saved_model/load_attempt_count", in the order of
// `names`. A metric with labels counts as the sum over its labels.
//
//   auto before = ReadMetricCounters(names);
//   Work();
//   auto after = ReadMetricCounters(names);  // after - before: the work
//
// Returns INVALID_ARGUMENT if a metric does not exist or is not an integer.
absl::StatusOr<std::vector<int64_t>> ReadMetricCounters(
    const std::vector<std::string>& names);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_METRIC_COUNTERS_H_
