// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace tfs3 {
namespace {

TEST(WorkerPoolTest, RunsTasksOnOtherThreads) {
  std::promise<std::thread::id> ran_on;
  WorkerPool pool(1);

  pool.Run([&] { ran_on.set_value(std::this_thread::get_id()); });

  EXPECT_NE(ran_on.get_future().get(), std::this_thread::get_id());
}

TEST(WorkerPoolTest, RunsTasksInTheirOrder) {
  std::vector<int> order;
  {
    WorkerPool pool(1);
    for (int i = 0; i < 5; ++i) pool.Run([&order, i] { order.push_back(i); });
  }

  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(WorkerPoolTest, RunsAsManyAtOnceAsThereAreThreads) {
  std::promise<void> first;
  std::promise<void> second;
  WorkerPool pool(2);

  // Each waits for the other.
  pool.Run([&] {
    first.set_value();
    second.get_future().wait();
  });
  pool.Run([&] {
    first.get_future().wait();
    second.set_value();
  });
}

TEST(WorkerPoolTest, RunsEverythingBeforeItEnds) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 1000;
  std::atomic<int> ran{0};
  {
    WorkerPool pool(3);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < kTasks; ++i) pool.Run([&] { ++ran; });
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  EXPECT_EQ(ran, kThreads * kTasks);
}

}  // namespace
}  // namespace tfs3
