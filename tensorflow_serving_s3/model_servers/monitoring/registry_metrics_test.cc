// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/registry_metrics.h"

#include <cstdint>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow/core/lib/monitoring/gauge.h"
#include "tensorflow/core/lib/monitoring/sampler.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {
namespace {

using tensorflow::monitoring::Buckets;
using tensorflow::monitoring::Counter;
using tensorflow::monitoring::Gauge;
using tensorflow::monitoring::Sampler;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Text() {
  PrometheusWriter writer;
  WriteRegistryMetrics(&writer);
  return writer.text();
}

TEST(PrometheusNameTest, IsTheNameInTensorFlowServing) {
  EXPECT_EQ(PrometheusName("/tensorflow/serving/request_count"),
            ":tensorflow:serving:request_count");
  EXPECT_EQ(PrometheusName("/a-b.c"), ":a:b:c");
  EXPECT_EQ(PrometheusName("1a"), "_1a");
}

TEST(RegistryMetricsTest, ACounterHasItsHelpAndLabels) {
  auto* const counter =
      Counter<2>::New("/test/count", "What is counted.", "one", "two");
  counter->GetCell("x", "y \"z\"")->IncrementBy(3);
  EXPECT_THAT(Text(),
              HasSubstr("# HELP :test:count What is counted.\n"
                        "# TYPE :test:count counter\n"
                        ":test:count{one=\"x\",two=\"y \\\"z\\\"\"} 3\n"));
  delete counter;
}

TEST(RegistryMetricsTest, WritesGaugesOfNumbersBoolsAndStrings) {
  auto* const number = Gauge<int64_t, 0>::New("/test/number", "help");
  number->GetCell()->Set(-5);
  auto* const truth = Gauge<bool, 0>::New("/test/truth", "help");
  truth->GetCell()->Set(true);
  auto* const text = Gauge<std::string, 0>::New("/test/text", "help");
  text->GetCell()->Set("blue");
  const std::string page = Text();
  EXPECT_THAT(page, HasSubstr("# TYPE :test:number gauge\n:test:number -5\n"));
  EXPECT_THAT(page, HasSubstr("\n:test:truth 1\n"));
  EXPECT_THAT(page, HasSubstr("\n:test:text{value=\"blue\"} 1\n"));
  delete number;
  delete truth;
  delete text;
}

TEST(RegistryMetricsTest, ASamplerIsACumulativeHistogram) {
  auto* const sampler = Sampler<1>::New({"/test/latency", "help", "model"},
                                        Buckets::Explicit({10, 20}));
  auto* const cell = sampler->GetCell("half");
  cell->Add(5);
  cell->Add(15);
  cell->Add(15.5);
  cell->Add(1000);
  EXPECT_THAT(Text(),
              HasSubstr("# TYPE :test:latency histogram\n"
                        ":test:latency_bucket{model=\"half\",le=\"10\"} 1\n"
                        ":test:latency_bucket{model=\"half\",le=\"20\"} 3\n"
                        ":test:latency_bucket{model=\"half\",le=\"+Inf\"} 4\n"
                        ":test:latency_sum{model=\"half\"} 1035.5\n"
                        ":test:latency_count{model=\"half\"} 4\n"));
  delete sampler;
}

TEST(RegistryMetricsTest, OmitsAMetricWithoutAValue) {
  auto* const counter = Counter<1>::New("/test/unused", "help", "label");
  EXPECT_THAT(Text(), Not(HasSubstr("test:unused")));
  delete counter;
}

}  // namespace
}  // namespace tfs3
