// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/model_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace tfs3 {
namespace {

using testing::HasSubstr;

class FakeStatus final : public ServerStatus {
 public:
  FakeStatus(bool ready, std::vector<ModelSummary> models)
      : ready_(ready), models_(std::move(models)) {}

  bool IsReady() const override { return ready_; }
  bool IsStopping() const override { return false; }
  std::vector<ModelSummary> ListModels() const override { return models_; }

 private:
  const bool ready_;
  const std::vector<ModelSummary> models_;
};

ModelSummary Model(const char* name, bool available) {
  ModelSummary model;
  model.name = name;
  model.available = available;
  return model;
}

TEST(WriteModelMetricsTest, WritesWhichModelsAreAvailable) {
  PrometheusWriter writer;

  WriteModelMetrics(
      FakeStatus(false, {Model("half", true), Model("third", false)}), &writer);

  EXPECT_THAT(writer.text(), HasSubstr("\ntf_serving_s3_ready 0\n"));
  EXPECT_THAT(
      writer.text(),
      HasSubstr("\ntf_serving_s3_model_available{model_name=\"half\"} 1\n"
                "tf_serving_s3_model_available{model_name=\"third\"} 0\n"));
}

TEST(WriteModelMetricsTest, WritesThatTheServerIsReady) {
  PrometheusWriter writer;

  WriteModelMetrics(FakeStatus(true, {}), &writer);

  EXPECT_THAT(writer.text(), HasSubstr("\ntf_serving_s3_ready 1\n"));
}

TEST(WriteReloadMetricsTest, WritesEveryResultFromTheStart) {
  ReloadCounters counters;
  counters.refused = 2;
  PrometheusWriter writer;

  WriteReloadMetrics(counters, &writer);

  EXPECT_THAT(
      writer.text(),
      HasSubstr(
          "\ntf_serving_s3_config_reloads_total{result=\"applied\"} 0\n"
          "tf_serving_s3_config_reloads_total{result=\"refused\"} 2\n"
          "tf_serving_s3_config_reloads_total{result=\"unreadable\"} 0\n"));
}

}  // namespace
}  // namespace tfs3
