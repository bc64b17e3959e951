// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/limit_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tfs3 {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(WriteMemoryMetricsTest, WritesTheBudgetAndItsUse) {
  RequestMemory memory(1000);
  RequestMemory::Charge charge(&memory);
  ASSERT_TRUE(charge.TryGrow(600));
  ASSERT_FALSE(charge.TryGrow(600));
  PrometheusWriter writer;

  WriteMemoryMetrics(memory, &writer);

  EXPECT_THAT(writer.text(),
              HasSubstr("\ntf_serving_s3_request_memory_limit_bytes 1000\n"));
  EXPECT_THAT(writer.text(),
              HasSubstr("\ntf_serving_s3_request_memory_used_bytes 600\n"));
  EXPECT_THAT(writer.text(),
              HasSubstr("\ntf_serving_s3_request_memory_refusals_total 1\n"));
}

TEST(WriteTransportMetricsTest, WritesTheCountersOfBothApis) {
  TransportCounters rest;
  TransportCounters grpc;
  rest.open_connections = 7;
  grpc.waiting_requests = 8;
  grpc.refused_requests[8] = 9;  // RESOURCE_EXHAUSTED
  PrometheusWriter writer;

  WriteTransportMetrics(rest, grpc, &writer);

  EXPECT_THAT(
      writer.text(),
      HasSubstr("tf_serving_s3_open_connections{entrypoint=\"REST\"} 7\n"));
  EXPECT_THAT(
      writer.text(),
      HasSubstr("tf_serving_s3_waiting_requests{entrypoint=\"GRPC\"} 8\n"));
  EXPECT_THAT(writer.text(),
              HasSubstr("tf_serving_s3_refused_requests_total{entrypoint="
                        "\"GRPC\",status=\"RESOURCE_EXHAUSTED\"} 9\n"));
  EXPECT_THAT(writer.text(), Not(HasSubstr("status=\"OK\"")));
}

}  // namespace
}  // namespace tfs3
