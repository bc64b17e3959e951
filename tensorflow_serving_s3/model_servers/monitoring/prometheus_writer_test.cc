// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(PrometheusWriterTest, WritesAFamilyWithItsSamples) {
  PrometheusWriter writer;
  writer.Family("requests", "counter", "What was asked.");
  writer.Sample("requests", {{"model", "half"}, {"status", "OK"}}, int64_t{3});
  writer.Sample("requests", {}, 0.5);
  EXPECT_EQ(writer.text(),
            "# HELP requests What was asked.\n"
            "# TYPE requests counter\n"
            "requests{model=\"half\",status=\"OK\"} 3\n"
            "requests 0.5\n");
}

TEST(PrometheusWriterTest, EscapesTextThatWouldEndALine) {
  PrometheusWriter writer;
  writer.Family("a", "gauge", "one \"line\"\nand \\ more");
  writer.Sample("a", {{"l", "x\"y\\z\n"}}, int64_t{1});
  EXPECT_EQ(writer.text(),
            "# HELP a one \"line\"\\nand \\\\ more\n"
            "# TYPE a gauge\n"
            "a{l=\"x\\\"y\\\\z\\n\"} 1\n");
}

TEST(PrometheusWriterTest, WritesACommentInOneLine) {
  PrometheusWriter writer;
  writer.Comment("one\nline");
  EXPECT_EQ(writer.text(), "# one\\nline\n");
}

TEST(PrometheusWriterTest, InfinityAndNanHaveNames) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(PrometheusNumber(kInfinity), "+Inf");
  EXPECT_EQ(PrometheusNumber(-kInfinity), "-Inf");
  EXPECT_EQ(PrometheusNumber(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(PrometheusNumber(0.1), "0.1");
  EXPECT_EQ(PrometheusNumber(18), "18");
}

}  // namespace
}  // namespace tfs3
