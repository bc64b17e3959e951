// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_METRIC_COUNTERS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_METRIC_COUNTERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tfs3 {

// The values of metrics of TensorFlow's monitoring registry that hold whole
// numbers, in the order of `names`, such as
// "/tensorflow/cc/saved_model/load_attempt_count"; the sum over all labels of a
// metric that has labels.
//
//   auto before = ReadMetricCounters(names);
//   Work();
//   auto after = ReadMetricCounters(names);  // after - before: what it did
//
// INVALID_ARGUMENT if there is no such metric, or one of another kind.
absl::StatusOr<std::vector<int64_t>> ReadMetricCounters(
    const std::vector<std::string>& names);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_METRIC_COUNTERS_H_
