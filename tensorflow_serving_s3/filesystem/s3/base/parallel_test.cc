// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::Each;

TEST(ForEachInParallelTest, RunsEveryTaskOnce) {
  std::mutex mutex;
  std::vector<int> done(100);
  EXPECT_TRUE(ForEachInParallel(done.size(), 7, [&](size_t i) {
                std::lock_guard<std::mutex> lock(mutex);
                ++done[i];
                return Status();
              }).ok());
  EXPECT_THAT(done, Each(1));
  EXPECT_TRUE(ForEachInParallel(0, 7, [](size_t) {
                return Status{TF_INTERNAL, "called"};
              }).ok());
}

TEST(ForEachInParallelTest, TasksRunAtTheSameTime) {
  std::mutex mutex;
  std::condition_variable changed;
  int running = 0;
  EXPECT_TRUE(ForEachInParallel(3, 3, [&](size_t) {
                std::unique_lock<std::mutex> lock(mutex);
                ++running;
                changed.notify_all();
                // Waits until all three tasks run.
                changed.wait(lock, [&] { return running == 3; });
                return Status();
              }).ok());
}

TEST(ForEachInParallelTest, StartsNoTaskAfterAFailure) {
  std::vector<size_t> begun;
  const Status status = ForEachInParallel(10, 1, [&](size_t i) {
    begun.push_back(i);
    return i == 2 ? Status{TF_UNAVAILABLE, "third"} : Status();
  });
  EXPECT_EQ(status.message, "third");
  EXPECT_EQ(begun.size(), 3u);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
