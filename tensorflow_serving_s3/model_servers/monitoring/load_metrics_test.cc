// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/load_metrics.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Written(const std::vector<LoadProgress>& loads) {
  PrometheusWriter writer;
  WriteLoadMetrics(loads, &writer);
  return std::move(writer).text();
}

LoadProgress LoadOf(const std::string& model, int64_t version) {
  LoadProgress load;
  load.id = {model, version};
  return load;
}

TEST(LoadMetricsTest, WritesTheKnownProgressOfEachLoad) {
  LoadProgress half = LoadOf("half", 3);
  half.bytes_read = 5;
  half.total_bytes = 5000000000;
  LoadProgress other = LoadOf("other", 1);
  other.bytes_read = 7;
  const std::string text = Written({half, other});
  EXPECT_THAT(text, HasSubstr("# TYPE tf_serving_s3_model_load_bytes gauge\n"
                              "tf_serving_s3_model_load_bytes{model_name="
                              "\"half\",version=\"3\"} 5\n"
                              "tf_serving_s3_model_load_bytes{model_name="
                              "\"other\",version=\"1\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("tf_serving_s3_model_load_total_bytes{model_name="
                              "\"half\",version=\"3\"} 5000000000\n"));
  EXPECT_THAT(text, Not(HasSubstr("total_bytes{model_name=\"other\"")));
}

TEST(LoadMetricsTest, WritesAVersionThatLoadsTwiceOnce) {
  LoadProgress first = LoadOf("half", 3);
  first.bytes_read = 5;
  LoadProgress second = LoadOf("half", 3);
  second.bytes_read = 1;
  const std::string text = Written({first, second});
  EXPECT_THAT(text, HasSubstr("version=\"3\"} 5\n"));
  EXPECT_THAT(text, Not(HasSubstr("version=\"3\"} 1\n")));
}

}  // namespace
}  // namespace tfs3
