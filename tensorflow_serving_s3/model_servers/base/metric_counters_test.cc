// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/metric_counters.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow/core/lib/monitoring/gauge.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

auto* plain = tensorflow::monitoring::Counter<0>::New("/test/plain", "");
auto* labelled =
    tensorflow::monitoring::Counter<1>::New("/test/labelled", "", "label");
auto* text =
    tensorflow::monitoring::Gauge<std::string, 0>::New("/test/text", "");

TEST(MetricCountersTest, ReturnsCountersInTheOrderOfTheNames) {
  plain->GetCell()->IncrementBy(2);
  labelled->GetCell("a")->IncrementBy(3);
  labelled->GetCell("b")->IncrementBy(4);
  EXPECT_THAT(*ReadMetricCounters({"/test/labelled", "/test/plain"}),
              ElementsAre(7, 2));
}

TEST(MetricCountersTest, NamesTheMissingMetric) {
  const absl::Status status = ReadMetricCounters({"/test/other"}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/test/other"));
}

TEST(MetricCountersTest, RefusesAMetricThatIsNotAnInteger) {
  text->GetCell()->Set("x");
  const absl::Status status = ReadMetricCounters({"/test/text"}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/test/text"));
}

}  // namespace
}  // namespace tfs3
