// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/metric_counters.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"

namespace tfs3 {

absl::StatusOr<std::vector<int64_t>> ReadMetricCounters(
    const std::vector<std::string>& names) {
  std::vector<int64_t> values;
  if (names.empty()) {
    return values;
  }
  tensorflow::monitoring::CollectionRegistry::CollectMetricsOptions options;
  options.collect_metric_descriptors = true;
  const auto metrics =
      tensorflow::monitoring::CollectionRegistry::Default()->CollectMetrics(
          options);
  for (const std::string& name : names) {
    const auto descriptor = metrics->metric_descriptor_map.find(name);
    if (descriptor == metrics->metric_descriptor_map.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("There is no metric ", name,
                       "; check its name, or remove it from metric_names"));
    }
    if (descriptor->second->value_type !=
        tensorflow::monitoring::ValueType::kInt64) {
      return absl::InvalidArgumentError(
          absl::StrCat("The metric ", name,
                       " is not an integer; remove it from metric_names"));
    }
    int64_t value = 0;
    const auto points = metrics->point_set_map.find(name);
    if (points != metrics->point_set_map.end()) {
      for (const auto& point : points->second->points) {
        value += point->int64_value;
      }
    }
    values.push_back(value);
  }
  return values;
}

}  // namespace tfs3
