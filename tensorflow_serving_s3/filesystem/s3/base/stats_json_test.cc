// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/stats_json.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Stats SomeStats() {
  Stats stats;
  stats.operations[0].name = "GetObject";
  stats.operations[0].requests = {{0, 1}, {206, 12}};
  stats.operations[0].errors = 2;
  stats.operations[0].latency = {1, 12};
  stats.operations[0].latency_sum_seconds = 0.75;
  stats.operations[1].name = "HeadObject";
  stats.received_bytes = uint64_t{1} << 40;
  stats.sent_bytes = 12;
  stats.retries = 3;
  return stats;
}

TEST(StatsJsonTest, HasAllCounters) {
  const std::string text = StatsJson(SomeStats());
  EXPECT_THAT(text,
              StartsWith("{\"operations\": {\"GetObject\": {\"requests\": "
                         "{\"0\": 1, \"206\": 12}, \"errors\": 2, "
                         "\"latency\": [1, 12, 0, 0"));
  EXPECT_THAT(text, HasSubstr("\"latency_sum_seconds\": 0.750000000}, "
                              "\"HeadObject\": {\"requests\": {}, "));
  EXPECT_THAT(text, HasSubstr("\"latency_limits\": [0.005000000, 0.010000000"));
  EXPECT_THAT(text, HasSubstr("\"received_bytes\": 1099511627776"));
  EXPECT_THAT(text, HasSubstr("\"sent_bytes\": 12"));
  EXPECT_THAT(text, HasSubstr("\"retries\": 3}"));
}

TEST(StatsJsonTest, TheCFunctionReturnsTheNeededSize) {
  const std::string whole = StatsJson(ReadStats());
  EXPECT_EQ(TFS3_StatsJson(nullptr, 0), whole.size());
  std::vector<char> room(whole.size() + 1, 'x');
  EXPECT_EQ(TFS3_StatsJson(room.data(), room.size()), whole.size());
  EXPECT_EQ(std::string(room.data()), whole);
  EXPECT_EQ(TFS3_StatsJson(room.data(), 11), whole.size());
  EXPECT_EQ(std::string(room.data()), whole.substr(0, 10));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
