// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"

#include <chrono>
#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(CancellationTest, ListenersAreCalledOnce) {
  Cancellation cancellation;
  int calls = 0;
  const Cancellation::Listener listener(&cancellation, [&] { ++calls; });
  EXPECT_FALSE(cancellation.cancelled());
  EXPECT_EQ(calls, 0);
  cancellation.Cancel();
  cancellation.Cancel();
  EXPECT_TRUE(cancellation.cancelled());
  EXPECT_EQ(calls, 1);
}

TEST(CancellationTest, ALateListenerIsCalledImmediately) {
  Cancellation cancellation;
  cancellation.Cancel();
  int calls = 0;
  const Cancellation::Listener listener(&cancellation, [&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(CancellationTest, ADestroyedListenerIsNotCalled) {
  Cancellation cancellation;
  int calls = 0;
  int others = 0;
  std::optional<Cancellation::Listener> listener;
  listener.emplace(&cancellation, [&] { ++calls; });
  const Cancellation::Listener other(&cancellation, [&] { ++others; });
  listener.reset();
  cancellation.Cancel();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(others, 1);
}

TEST(CancellationTest, SleepEndsWithItsTime) {
  Cancellation cancellation;
  EXPECT_TRUE(SleepUnlessCancelled(milliseconds(1), &cancellation));
  EXPECT_TRUE(SleepUnlessCancelled(milliseconds(1), nullptr));
}

TEST(CancellationTest, SleepEndsWithTheCancellation) {
  Cancellation cancellation;
  std::thread canceller([&] { cancellation.Cancel(); });
  EXPECT_FALSE(SleepUnlessCancelled(hours(1), &cancellation));
  canceller.join();
  EXPECT_FALSE(SleepUnlessCancelled(hours(1), &cancellation));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
