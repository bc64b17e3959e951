// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/fetch_workers.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/testing/gate.h"
#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"

namespace tfs3 {
namespace s3 {
namespace {

using Priority = FetchWorkers::Priority;

FetchWorkers::Options Threads(size_t max) {
  FetchWorkers::Options options;
  options.max_threads = max;
  options.idle = std::chrono::hours(1);
  return options;
}

TEST(FetchWorkersTest, RunsTasksInParallel) {
  FetchWorkers workers(Threads(3));
  Gate gates[3];
  Gate done;
  // Each task waits for the next one.
  workers.Run(Priority::kReadAhead, [&] { gates[0].Wait(), done.Open(); });
  workers.Run(Priority::kBlocking, [&] { gates[1].Wait(), gates[0].Open(); });
  workers.Run(Priority::kReadAhead, [&] { gates[1].Open(); });
  done.Wait();
  EXPECT_LE(workers.num_threads(), 3u);
}

TEST(FetchWorkersTest, LimitsTheThreads) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> left{100};
  Gate done;
  FetchWorkers workers(Threads(4));
  for (int i = 0; i < 100; ++i) {
    workers.Run(Priority::kReadAhead, [&] {
      const int now = ++running;
      int before = most;
      while (before < now && !most.compare_exchange_weak(before, now)) {
      }
      --running;
      if (--left == 0) {
        done.Open();
      }
    });
  }
  done.Wait();
  EXPECT_LE(most, 4);
  EXPECT_LE(workers.num_threads(), 4u);
}

TEST(FetchWorkersTest, RunsAwaitedTasksFirst) {
  std::string order;
  Gate started;
  Gate go;
  Gate done;
  FetchWorkers workers(Threads(1));
  workers.Run(Priority::kReadAhead, [&] { started.Open(), go.Wait(); });
  started.Wait();
  workers.Run(Priority::kReadAhead, [&] { order += 'c'; });
  workers.Run(Priority::kReadAhead, [&] { order += 'd', done.Open(); });
  workers.Run(Priority::kBlocking, [&] { order += 'a'; });
  workers.Run(Priority::kBlocking, [&] { order += 'b'; });
  go.Open();
  done.Wait();
  EXPECT_EQ(order, "abcd");
}

TEST(FetchWorkersTest, IdleThreadsCallWhenIdleAgainIfItReturnsTrue) {
  std::atomic<int> asked{0};
  Gate done;
  FetchWorkers::Options options;
  options.idle = std::chrono::milliseconds(1);
  options.when_idle = [&] {
    if (++asked == 3) {
      done.Open();
    }
    return asked < 3;
  };
  FetchWorkers workers(options);
  workers.Run(Priority::kReadAhead, [] {});
  done.Wait();
  // A new thread replaces the ended one.
  Gate ran;
  workers.Run(Priority::kReadAhead, [&] { ran.Open(); });
  ran.Wait();
}

TEST(FetchWorkersTest, TheDestructorWaitsForRunningTasks) {
  Gate started;
  Gate go;
  bool finished = false;
  std::optional<FetchWorkers> workers;
  workers.emplace(Threads(1));
  workers->Run(Priority::kReadAhead,
               [&] { started.Open(), go.Wait(), finished = true; });
  started.Wait();
  std::thread opener([&] { go.Open(); });
  workers.reset();
  opener.join();
  EXPECT_TRUE(finished);
}

TEST(FetchWorkersTest, LimitsTheCallers) {
  FetchWorkers::Options options = Threads(1);
  options.max_callers = 2;
  FetchWorkers workers(options);
  std::atomic<int> inside{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        const Semaphore::Hold slot(&workers.callers());
        EXPECT_LE(++inside, 2);
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
