// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

void WaitUntilWaiting(const Semaphore& semaphore, size_t count) {
  while (semaphore.waiting() < count) {
    std::this_thread::yield();
  }
}

TEST(SemaphoreTest, DoesNotWaitWhileThereIsCapacity) {
  Semaphore semaphore(10);
  semaphore.Acquire(4);
  semaphore.Acquire(6);
  EXPECT_EQ(semaphore.waiting(), 0u);
}

TEST(SemaphoreTest, ARequestAboveTheCapacityHoldsEverything) {
  Semaphore semaphore(10);
  semaphore.Acquire(30);
  std::thread other([&semaphore] { semaphore.Acquire(1); });
  WaitUntilWaiting(semaphore, 1);
  semaphore.Release(30);
  other.join();
  EXPECT_EQ(semaphore.waiting(), 0u);
}

TEST(SemaphoreTest, TryAcquireDoesNotWait) {
  Semaphore semaphore(10);
  EXPECT_TRUE(semaphore.TryAcquire(30));
  EXPECT_FALSE(semaphore.TryAcquire(1));
  semaphore.Release(30);
  semaphore.Acquire(6);
  std::thread large([&semaphore] { semaphore.Acquire(30); });
  WaitUntilWaiting(semaphore, 1);
  // There is capacity, but a request waits.
  EXPECT_FALSE(semaphore.TryAcquire(1));
  semaphore.Release(6);
  large.join();
}

TEST(SemaphoreTest, SmallRequestsDoNotOvertakeALargeOne) {
  Semaphore semaphore(10);
  std::string order;  // Guarded by the semaphore.
  semaphore.Acquire(6);
  std::thread large([&] {
    semaphore.Acquire(30);
    order += "large ";
    semaphore.Release(30);
  });
  WaitUntilWaiting(semaphore, 1);
  std::thread small([&] {
    semaphore.Acquire(2);
    order += "small ";
    semaphore.Release(2);
  });
  WaitUntilWaiting(semaphore, 2);
  semaphore.Release(6);
  large.join();
  small.join();
  EXPECT_EQ(order, "large small ");
}

TEST(SemaphoreTest, HoldsNeverExceedTheCapacity) {
  Semaphore semaphore(10);
  std::atomic<size_t> out{0};
  std::atomic<size_t> most{0};
  std::vector<std::thread> threads;
  for (size_t size : {1, 2, 3, 7, 10}) {
    threads.emplace_back([&, size] {
      for (int i = 0; i < 200; ++i) {
        semaphore.Acquire(size);
        const size_t now = out += size;
        size_t before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        out -= size;
        semaphore.Release(size);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_LE(most, 10u);
  EXPECT_EQ(semaphore.waiting(), 0u);
}

TEST(SemaphoreTest, AHoldLastsUntilTheEndOfItsScope) {
  Semaphore semaphore(1);
  {
    const Semaphore::Hold hold(&semaphore);
    EXPECT_FALSE(semaphore.TryAcquire(1));
  }
  EXPECT_TRUE(semaphore.TryAcquire(1));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
