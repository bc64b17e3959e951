// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/ping_policy.h"

#include <gtest/gtest.h>

#include <chrono>

namespace tfs3::net::http2 {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const PingPolicy::Clock::time_point kStart{std::chrono::hours(1)};

TEST(PingPolicyTest, ThreeStrikesDisconnect) {
  PingPolicy policy({});

  EXPECT_TRUE(policy.OnPing(kStart, true));
  EXPECT_TRUE(policy.OnPing(kStart + seconds(1), true));
  EXPECT_TRUE(policy.OnPing(kStart + seconds(2), true));
  EXPECT_FALSE(policy.OnPing(kStart + seconds(3), true));
}

TEST(PingPolicyTest, AResponseResetsTheStrikes) {
  PingPolicy policy({});

  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(policy.OnPing(kStart + seconds(i), true));
    policy.OnResponse();
  }
}

TEST(PingPolicyTest, APingEveryFiveMinutesIsAllowedDuringACall) {
  PingPolicy policy({});

  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(policy.OnPing(kStart + i * minutes(5), true));
  }
}

TEST(PingPolicyTest, WithoutACallTheIntervalIsTwoHours) {
  PingPolicy policy({});
  PingPolicy::Options permitting;
  permitting.permit_without_calls = true;
  PingPolicy permits(permitting);

  bool allowed = true;
  for (int i = 0; i < 4; ++i) {
    allowed = policy.OnPing(kStart + i * minutes(6), false);
    EXPECT_TRUE(permits.OnPing(kStart + i * minutes(6), false));
  }
  EXPECT_FALSE(allowed);
}

TEST(PingPolicyTest, ZeroStrikesIsNoLimit) {
  PingPolicy::Options options;
  options.max_strikes = 0;
  PingPolicy policy(options);

  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(policy.OnPing(kStart, false));
  }
}

}  // namespace
}  // namespace tfs3::net::http2
