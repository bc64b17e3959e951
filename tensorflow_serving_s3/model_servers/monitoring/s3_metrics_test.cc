// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/s3_metrics.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/flavour/s3_stats.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Written(const s3::Stats& stats) {
  PrometheusWriter writer;
  WriteS3Metrics(stats, &writer);
  return std::move(writer).text();
}

s3::Stats NoRequests() {
  s3::Stats stats;
  stats.operations[0].name = "GetObject";
  stats.operations[1].name = "HeadObject";
  return stats;
}

s3::Stats SomeStats() {
  s3::Stats stats = NoRequests();
  s3::OperationStats& gets = stats.operations[0];
  gets.requests = {{0, 1}, {206, 40}, {503, 2}};
  gets.errors = 3;
  gets.latency[0] = 10;
  gets.latency[1] = 30;
  gets.latency.back() = 3;
  gets.latency_sum_seconds = 200.5;
  stats.received_bytes = 5000000000;
  stats.sent_bytes = 6000000000;
  stats.retries = 4;
  return stats;
}

TEST(S3MetricsTest, RequestsHaveTheirOperationAndStatus) {
  const std::string text = Written(SomeStats());
  constexpr char kName[] = "tf_serving_s3_requests_total{operation=";
  EXPECT_THAT(text, HasSubstr("# TYPE tf_serving_s3_requests_total counter\n" +
                              std::string(kName) +
                              "\"GetObject\",status=\"none\"} 1\n" + kName +
                              "\"GetObject\",status=\"206\"} 40\n" + kName +
                              "\"GetObject\",status=\"503\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("tf_serving_s3_errors_total{operation="
                              "\"GetObject\"} 3\n"));
}

TEST(S3MetricsTest, WritesBytesAndRetries) {
  const std::string text = Written(SomeStats());
  EXPECT_THAT(text,
              HasSubstr("\ntf_serving_s3_received_bytes_total 5000000000\n"));
  EXPECT_THAT(text, HasSubstr("\ntf_serving_s3_sent_bytes_total 6000000000\n"));
  EXPECT_THAT(text, HasSubstr("\ntf_serving_s3_retries_total 4\n"));
}

TEST(S3MetricsTest, TheBucketsAreCumulative) {
  const std::string text = Written(SomeStats());
  constexpr char kName[] = "tf_serving_s3_request_seconds";
  const std::string gets =
      std::string(kName) + "_bucket{operation=\"GetObject\",le=";
  EXPECT_THAT(text,
              HasSubstr("# TYPE tf_serving_s3_request_seconds histogram"));
  EXPECT_THAT(text, HasSubstr(gets + "\"0.005\"} 10\n"));
  EXPECT_THAT(text, HasSubstr(gets + "\"0.01\"} 40\n"));
  EXPECT_THAT(text, HasSubstr(gets + "\"60\"} 40\n"));
  EXPECT_THAT(text, HasSubstr(gets + "\"+Inf\"} 43\n"));
  EXPECT_THAT(text, HasSubstr("_sum{operation=\"GetObject\"} 200.5\n"));
  EXPECT_THAT(text, HasSubstr("_count{operation=\"GetObject\"} 43\n"));
}

TEST(S3MetricsTest, WithoutARequestTheTotalsAreZero) {
  const std::string text = Written(NoRequests());
  EXPECT_THAT(text, Not(HasSubstr("tf_serving_s3_requests_total{")));
  EXPECT_THAT(text, HasSubstr("tf_serving_s3_retries_total 0\n"));
  EXPECT_THAT(text, HasSubstr("_count{operation=\"HeadObject\"} 0\n"));
}

}  // namespace
}  // namespace tfs3
