// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// client_test.cc tests what the client counts.
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"

#include <chrono>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;

const OperationStats& Of(Operation operation, const Stats& stats) {
  return stats.operations[static_cast<size_t>(operation)];
}

TEST(StatsTest, OperationsHaveTheirS3Names) {
  EXPECT_STREQ(OperationName(Operation::kGetObject), "GetObject");
  EXPECT_STREQ(OperationName(Operation::kHeadObject), "HeadObject");
  EXPECT_STREQ(OperationName(Operation::kListObjectsV2), "ListObjectsV2");
  EXPECT_STREQ(Of(Operation::kListObjectsV2, ReadStats()).name,
               "ListObjectsV2");
  std::set<std::string> names;
  for (const OperationStats& operation : ReadStats().operations) {
    names.insert(operation.name);
  }
  EXPECT_EQ(names.size(), kNumOperations);
  EXPECT_EQ(names.count(""), 0u);
}

TEST(StatsTest, CountsRequestsByStatus) {
  for (int status : {200, 200, 404, 0, -1, 1000}) {
    CountRequest(Operation::kHeadObject, status, milliseconds(1));
  }
  const std::map<int, uint64_t> expected = {{0, 3}, {200, 2}, {404, 1}};
  EXPECT_EQ(Of(Operation::kHeadObject, ReadStats()).requests, expected);
}

TEST(StatsTest, CountsALatencyInItsBucket) {
  const OperationStats before = Of(Operation::kGetObject, ReadStats());
  CountRequest(Operation::kGetObject, 206, milliseconds(0));
  CountRequest(Operation::kGetObject, 206, milliseconds(5));
  CountRequest(Operation::kGetObject, 206, milliseconds(6));
  CountRequest(Operation::kGetObject, 206, milliseconds(60001));
  const OperationStats after = Of(Operation::kGetObject, ReadStats());
  EXPECT_EQ(after.latency[0] - before.latency[0], 2u);
  EXPECT_EQ(after.latency[1] - before.latency[1], 1u);
  EXPECT_EQ(after.latency[kLatencyLimits.size()], 1u);
  EXPECT_NEAR(after.latency_sum_seconds - before.latency_sum_seconds, 60.012,
              1e-6);
}

TEST(StatsTest, CountsOfAllThreadsAreComplete) {
  const Stats before = ReadStats();
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kTimes = 10000;
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([] {
      for (uint64_t j = 0; j < kTimes; ++j) {
        CountRequest(Operation::kListObjectsV2, 200, milliseconds(j));
        CountReceivedBytes(3);
        CountRetry();
        CountError(Operation::kListObjectsV2);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const Stats after = ReadStats();
  const OperationStats& lists = Of(Operation::kListObjectsV2, after);
  EXPECT_EQ(lists.requests.at(200), kThreads * kTimes);
  EXPECT_EQ(lists.errors, kThreads * kTimes);
  EXPECT_EQ(
      std::accumulate(lists.latency.begin(), lists.latency.end(), uint64_t{0}),
      kThreads * kTimes);
  EXPECT_EQ(after.received_bytes - before.received_bytes,
            3 * kThreads * kTimes);
  EXPECT_EQ(after.retries - before.retries, kThreads * kTimes);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
