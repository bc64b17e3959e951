// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <string>
#include <system_error>
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

TEST(WorkerPoolTest, RunsTasksInTheOrderOfTheCalls) {
  std::vector<int> order;
  {
    WorkerPool pool(1);
    for (int i = 0; i < 5; ++i) {
      pool.Run([&order, i] { order.push_back(i); });
    }
  }

  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(WorkerPoolTest, RunsOneTaskOnEachThreadConcurrently) {
  std::promise<void> first;
  std::promise<void> second;
  WorkerPool pool(2);

  // Each task waits for the other one.
  pool.Run([&] {
    first.set_value();
    second.get_future().wait();
  });
  pool.Run([&] {
    first.get_future().wait();
    second.set_value();
  });
}

TEST(WorkerPoolTest, DestructorRunsTheRemainingTasks) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 1000;
  std::atomic<int> ran{0};
  {
    WorkerPool pool(3);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < kTasks; ++i) {
          pool.Run([&] { ++ran; });
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  EXPECT_EQ(ran, kThreads * kTasks);
}

// Creates more threads than the address space has room for. Returns 0 if the
// error names the number of threads.
int CreateTooManyThreads() {
  const rlimit limit = {1 << 30, 1 << 30};
  setrlimit(RLIMIT_AS, &limit);
  try {
    WorkerPool pool(100000);
    return 1;
  } catch (const std::system_error& error) {
    const std::string message = error.what();
    return message.find(" of 100000 threads: ") != message.npos ? 0 : 2;
  }
}

TEST(WorkerPoolTest, ThrowsIfTheSystemCannotCreateTheThreads) {
  EXPECT_EXIT(std::_Exit(CreateTooManyThreads()), ::testing::ExitedWithCode(0),
              "");
}

}  // namespace
}  // namespace tfs3
