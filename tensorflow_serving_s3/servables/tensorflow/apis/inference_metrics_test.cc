// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"

namespace tfs3 {
namespace {

using tensorflow::monitoring::CollectionRegistry;
using tensorflow::monitoring::Point;
using ::testing::ElementsAre;

// Returns the point of a metric whose first label has the value `model`.
Point PointOf(const std::string& metric, const std::string& model) {
  const auto metrics = CollectionRegistry::Default()->CollectMetrics(
      CollectionRegistry::CollectMetricsOptions());
  for (const auto& point : metrics->point_set_map.at(metric)->points) {
    if (point->labels.at(0).value == model) {
      return *point;
    }
  }
  ADD_FAILURE() << metric << " has no point for " << model;
  return Point();
}

TEST(InferenceMetricsTest, RecordsRunsByModelApiAndRuntime) {
  RunTimer().Record("a", "Predict");
  RunTimer().Record("a", "Predict");
  const Point point = PointOf("/tensorflow/serving/runtime_latency", "a");
  EXPECT_EQ(point.histogram_value.num(), 2);
  std::vector<std::string> labels;
  for (const auto& label : point.labels) {
    labels.push_back(label.name + "=" + label.value);
  }
  EXPECT_THAT(labels,
              ElementsAre("model_name=a", "API=Predict", "runtime=TF1"));
}

TEST(InferenceMetricsTest, RecordsOnlySuccessfulRuns) {
  { const RunTimer timer; }
  RunTimer().Record("b", "Classify");
  EXPECT_EQ(
      PointOf("/tensorflow/serving/runtime_latency", "b").histogram_value.num(),
      1);
}

TEST(InferenceMetricsTest, CountsExamplesPerRequestAndInTotal) {
  RecordExampleCount("c", 3);
  RecordExampleCount("c", 5);
  const Point counts =
      PointOf("/tensorflow/serving/request_example_counts", "c");
  EXPECT_EQ(counts.histogram_value.num(), 2);
  EXPECT_EQ(counts.histogram_value.sum(), 8);
  EXPECT_EQ(PointOf("/tensorflow/serving/request_example_count_total", "c")
                .int64_value,
            8);
}

}  // namespace
}  // namespace tfs3
