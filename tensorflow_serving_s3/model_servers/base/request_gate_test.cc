// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(RequestGateTest, RefusesRequestsAfterClose) {
  RequestGate gate;
  EXPECT_TRUE(gate.Enter());
  gate.Close();
  EXPECT_FALSE(gate.Enter());
  EXPECT_TRUE(gate.closed());
}

TEST(RequestGateTest, WaitsForRequestsThatEnterLate) {
  RequestGate gate;
  gate.Close();
  RequestGate::Pass pass = gate.EnterLate();
  EXPECT_TRUE(pass);
  EXPECT_FALSE(gate.WaitUntilEmpty(milliseconds(1)));
  pass = RequestGate::Pass();
  EXPECT_TRUE(gate.WaitUntilEmpty(hours(1)));
}

TEST(RequestGateTest, CountsTheRequestsInProgress) {
  RequestGate gate;
  RequestGate::Pass pass = gate.Enter();
  RequestGate::Pass moved = std::move(pass);
  EXPECT_EQ(gate.size(), 1);
  moved = RequestGate::Pass();
  EXPECT_EQ(gate.size(), 0);
}

TEST(RequestGateTest, WaitsForTheLastRequest) {
  RequestGate gate;
  RequestGate::Pass pass = gate.Enter();
  gate.Close();
  EXPECT_FALSE(gate.WaitUntilEmpty(milliseconds(1)));
  std::thread leaving(
      [pass = std::move(pass)]() mutable { pass = RequestGate::Pass(); });
  EXPECT_TRUE(gate.WaitUntilEmpty(hours(1)));
  leaving.join();
}

TEST(RequestGateTest, NoRequestEntersDuringClose) {
  RequestGate gate;
  std::atomic<int> inside{0};
  std::atomic<int> entered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (RequestGate::Pass pass = gate.Enter()) {
        ++inside;
        ++entered;
        --inside;
      }
    });
  }
  while (entered < 1000) {
    std::this_thread::yield();
  }
  gate.Close();
  EXPECT_TRUE(gate.WaitUntilEmpty(hours(1)));
  EXPECT_EQ(inside, 0);
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(RequestGateTest, IsQuietWhenNoRequestIsRefused) {
  RequestGate gate;
  gate.Close();
  EXPECT_FALSE(gate.Enter());
  EXPECT_TRUE(gate.WaitUntilIdle(milliseconds(1), hours(1)));
}

TEST(RequestGateTest, IsNotQuietWhileRequestsAreRefused) {
  RequestGate gate;
  gate.Close();
  std::atomic<bool> asking{true};
  std::thread asker([&] {
    while (asking) {
      EXPECT_FALSE(gate.Enter());
    }
  });
  EXPECT_FALSE(gate.WaitUntilIdle(milliseconds(500), milliseconds(1)));
  asking = false;
  asker.join();
}

}  // namespace
}  // namespace tfs3
