// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/thread_time.h"

#include <sched.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using std::chrono::milliseconds;
using Clock = ThreadTime::Clock;

void SpinFor(Clock::duration duration) {
  const Clock::time_point end = Clock::now() + duration;
  while (Clock::now() < end) {
  }
}

TEST(ThreadTimeTest, CountsTheProcessorTimeOfTheThread) {
  std::optional<Clock::duration> worked;
  // A spinning thread may be interrupted, but does not wait.
  std::thread([&] {
    ThreadTime::Mark(Clock::now());
    SpinFor(milliseconds(50));
    worked = ThreadTime::SinceMark();
  }).join();

  ASSERT_TRUE(worked.has_value());
  EXPECT_GT(*worked, milliseconds(0));
}

TEST(ThreadTimeTest, AThreadThatWaitsForAProcessorHasLessThanTheElapsedTime) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  std::atomic<bool> stop{false};
  std::optional<Clock::duration> worked;
  Clock::duration elapsed{0};
  std::thread rival([&] {
    sched_setaffinity(0, sizeof one, &one);
    while (!stop) {
    }
  });
  std::thread([&] {
    sched_setaffinity(0, sizeof one, &one);
    const Clock::time_point start = Clock::now();
    ThreadTime::Mark(start);
    SpinFor(milliseconds(500));
    worked = ThreadTime::SinceMark();
    elapsed = Clock::now() - start;
  }).join();
  stop = true;
  rival.join();

  ASSERT_TRUE(worked.has_value());
  EXPECT_LT(*worked, elapsed * 9 / 10);
}

TEST(ThreadTimeTest, AThreadThatSleepsHasNoResult) {
  ThreadTime::Mark(Clock::now());
  std::this_thread::sleep_for(milliseconds(5));

  EXPECT_FALSE(ThreadTime::SinceMark().has_value());
}

TEST(ThreadTimeTest, WithoutAMarkThereIsNoResult) {
  bool has_result = true;
  std::thread([&] { has_result = ThreadTime::SinceMark().has_value(); }).join();

  EXPECT_FALSE(has_result);
}

}  // namespace
}  // namespace tfs3
