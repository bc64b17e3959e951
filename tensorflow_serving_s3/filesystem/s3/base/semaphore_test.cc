// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/upload_memory.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

void WaitUntilWaiting(const UploadMemory& memory, size_t count) {
  while (memory.waiting() < count) std::this_thread::yield();
}

TEST(UploadMemoryTest, WhatFitsIsHadAtOnce) {
  UploadMemory memory(10);
  memory.Take(4);
  memory.Take(6);
  EXPECT_EQ(memory.waiting(), 0u);
}

TEST(UploadMemoryTest, WhatIsLargerThanAllOfItIsHadAlone) {
  UploadMemory memory(10);
  memory.Take(30);
  std::thread other([&memory] { memory.Take(1); });
  WaitUntilWaiting(memory, 1);
  memory.GiveBack(30);
  other.join();
  EXPECT_EQ(memory.waiting(), 0u);
}

TEST(UploadMemoryTest, WhatIsTriedDoesNotWait) {
  UploadMemory memory(10);
  EXPECT_TRUE(memory.TryTake(30));
  EXPECT_FALSE(memory.TryTake(1));
  memory.GiveBack(30);
  memory.Take(6);
  std::thread large([&memory] { memory.Take(30); });
  WaitUntilWaiting(memory, 1);
  // It would fit, and is not its turn.
  EXPECT_FALSE(memory.TryTake(1));
  memory.GiveBack(6);
  large.join();
}

TEST(UploadMemoryTest, SmallPartsDoNotPassALargeOneThatWaits) {
  UploadMemory memory(10);
  std::string order;  // Guarded by whose turn it is.
  memory.Take(6);
  std::thread large([&] {
    memory.Take(30);
    order += "large ";
    memory.GiveBack(30);
  });
  WaitUntilWaiting(memory, 1);
  std::thread small([&] {
    memory.Take(2);
    order += "small ";
    memory.GiveBack(2);
  });
  WaitUntilWaiting(memory, 2);
  memory.GiveBack(6);
  large.join();
  small.join();
  EXPECT_EQ(order, "large small ");
}

TEST(UploadMemoryTest, NoMoreThanTheLimitIsOutWhoeverAsks) {
  UploadMemory memory(10);
  std::atomic<size_t> out{0};
  std::atomic<size_t> most{0};
  std::vector<std::thread> threads;
  for (size_t size : {1, 2, 3, 7, 10}) {
    threads.emplace_back([&, size] {
      for (int i = 0; i < 200; ++i) {
        memory.Take(size);
        const size_t now = out += size;
        size_t before = most;
        while (before < now && !most.compare_exchange_weak(before, now)) {
        }
        out -= size;
        memory.GiveBack(size);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 10u);
  EXPECT_EQ(memory.waiting(), 0u);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
