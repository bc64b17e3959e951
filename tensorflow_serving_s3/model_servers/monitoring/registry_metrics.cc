// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/registry_metrics.h"

#include <cfloat>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"
#include "tensorflow/core/lib/monitoring/metric_def.h"

namespace tfs3 {
namespace {

using tensorflow::monitoring::CollectionRegistry;
using tensorflow::monitoring::MetricDescriptor;
using tensorflow::monitoring::MetricKind;
using tensorflow::monitoring::Point;
using tensorflow::monitoring::ValueType;
using Labels = std::vector<PrometheusWriter::Label>;

absl::string_view TypeOf(const MetricDescriptor& metric) {
  if (metric.value_type == ValueType::kHistogram) {
    return "histogram";
  }
  if (metric.value_type == ValueType::kPercentiles) {
    return "summary";
  }
  return metric.metric_kind == MetricKind::kCumulative ? "counter" : "gauge";
}

Labels LabelsOf(const Point& point) {
  Labels labels;
  labels.reserve(point.labels.size() + 1);
  for (const auto& label : point.labels) {
    labels.emplace_back(label.name, label.value);
  }
  return labels;
}

void WriteHistogram(const std::string& name, const Point& point,
                    PrometheusWriter* writer) {
  const auto& histogram = point.histogram_value;
  const std::string bucket_name = absl::StrCat(name, "_bucket");
  Labels labels = LabelsOf(point);
  labels.emplace_back("le", "");
  // The buckets of Prometheus are cumulative; those of TensorFlow are not.
  double below = 0;
  for (int i = 0; i < histogram.bucket_size(); ++i) {
    below += histogram.bucket(i);
    const double limit = histogram.bucket_limit(i);
    const std::string limit_text = PrometheusNumber(
        limit == DBL_MAX ? std::numeric_limits<double>::infinity() : limit);
    labels.back().second = limit_text;
    writer->Sample(bucket_name, labels, below);
  }
  labels.pop_back();
  writer->Sample(absl::StrCat(name, "_sum"), labels, histogram.sum());
  writer->Sample(absl::StrCat(name, "_count"), labels, histogram.num());
}

void WriteSummary(const std::string& name, const Point& point,
                  PrometheusWriter* writer) {
  Labels labels = LabelsOf(point);
  labels.emplace_back("quantile", "");
  for (const auto& percentile : point.percentiles_value.points) {
    const std::string quantile = PrometheusNumber(percentile.percentile / 100);
    labels.back().second = quantile;
    writer->Sample(name, labels, percentile.value);
  }
  labels.pop_back();
  writer->Sample(absl::StrCat(name, "_sum"), labels,
                 static_cast<double>(point.percentiles_value.accumulator));
  writer->Sample(absl::StrCat(name, "_count"), labels,
                 static_cast<int64_t>(point.percentiles_value.total_samples));
}

void WritePoint(const std::string& name, const Point& point,
                PrometheusWriter* writer) {
  switch (point.value_type) {
    case ValueType::kInt64:
      return writer->Sample(name, LabelsOf(point), point.int64_value);
    case ValueType::kDouble:
      return writer->Sample(name, LabelsOf(point), point.double_value);
    case ValueType::kBool:
      return writer->Sample(name, LabelsOf(point),
                            int64_t{point.bool_value ? 1 : 0});
    case ValueType::kString: {
      Labels labels = LabelsOf(point);
      labels.emplace_back("value", point.string_value);
      return writer->Sample(name, labels, int64_t{1});
    }
    case ValueType::kHistogram:
      return WriteHistogram(name, point, writer);
    case ValueType::kPercentiles:
      return WriteSummary(name, point, writer);
  }
}

}  // namespace

std::string PrometheusName(absl::string_view metric) {
  std::string name(metric);
  for (char& c : name) {
    if (!absl::ascii_isalnum(c) && c != '_') {
      c = ':';
    }
  }
  if (!name.empty() && absl::ascii_isdigit(name[0])) {
    name.insert(0, "_");
  }
  return name;
}

void WriteRegistryMetrics(PrometheusWriter* writer) {
  CollectionRegistry::CollectMetricsOptions options;
  options.collect_metric_descriptors = true;
  const auto metrics = CollectionRegistry::Default()->CollectMetrics(options);
  for (const auto& [metric, descriptor] : metrics->metric_descriptor_map) {
    const auto points = metrics->point_set_map.find(metric);
    if (points == metrics->point_set_map.end() ||
        points->second->points.empty()) {
      continue;
    }
    const std::string name = PrometheusName(metric);
    writer->Family(name, TypeOf(*descriptor), descriptor->description);
    for (const auto& point : points->second->points) {
      WritePoint(name, *point, writer);
    }
  }
}

}  // namespace tfs3
