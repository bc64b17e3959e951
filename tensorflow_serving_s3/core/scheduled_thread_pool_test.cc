// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"

#include <future>
#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;

TEST(ScheduledThreadPoolTest, RunsWorkInTheOrderOfTheCalls) {
  std::vector<int> order;
  std::promise<void> done;
  ScheduledThreadPool pool(1);
  pool.Schedule([&] { order.push_back(1); });
  pool.Schedule([&] { order.push_back(2); });
  pool.Schedule([&] { done.set_value(); });
  done.get_future().wait();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(ScheduledThreadPoolTest, DelayedWorkOccupiesNoThread) {
  std::promise<void> done;
  ScheduledThreadPool pool(1);
  pool.ScheduleAfter(absl::InfiniteDuration(), [] {});
  pool.Schedule([&] { done.set_value(); });
  done.get_future().wait();
}

TEST(ScheduledThreadPoolTest, RunsInTheOrderOfDueTimes) {
  std::vector<int> order;
  std::promise<void> done;
  ScheduledThreadPool pool(1);
  pool.Schedule([&] {
    pool.ScheduleAfter(absl::Milliseconds(20), [&] {
      order.push_back(2);
      done.set_value();
    });
    pool.ScheduleAfter(absl::Milliseconds(1), [&] { order.push_back(1); });
  });
  done.get_future().wait();
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(ScheduledThreadPoolTest, SeveralThreadsRunWorkConcurrently) {
  std::promise<void> first;
  std::promise<void> second;
  std::promise<void> both;
  ScheduledThreadPool pool(2);
  // Each waits until the other is running.
  pool.ScheduleAfter(absl::Milliseconds(1), [&] {
    first.set_value();
    second.get_future().wait();
    both.set_value();
  });
  pool.ScheduleAfter(absl::Milliseconds(1), [&] {
    first.get_future().wait();
    second.set_value();
  });
  both.get_future().wait();
}

TEST(ScheduledThreadPoolTest, StopWaitsForRunningWorkAndDropsTheRest) {
  std::promise<void> started;
  bool finished = false;
  bool dropped_ran = false;
  const auto held = std::make_shared<int>(0);
  ScheduledThreadPool pool(1);
  pool.Schedule([&] {
    started.set_value();
    finished = true;
  });
  pool.ScheduleAfter(absl::Hours(1), [&, held] { dropped_ran = true; });
  started.get_future().wait();
  pool.Stop();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(dropped_ran);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ScheduledThreadPoolTest, RunsNothingAfterStop) {
  const auto held = std::make_shared<int>(0);
  ScheduledThreadPool pool(1);
  pool.Stop();
  pool.Schedule([held] {});
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ScheduledThreadPoolTest, StartsAtLeastOneThread) {
  std::promise<void> done;
  ScheduledThreadPool pool(0);
  pool.Schedule([&] { done.set_value(); });
  done.get_future().wait();
}

}  // namespace
}  // namespace tfs3
