// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/copy_turn.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(CopyTurnTest, NoMoreThanItsNumberAtATimeAndAllInTheEnd) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3 * CopyTurn::kMost; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        const CopyTurn turn;
        const int now = ++inside;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        --inside;
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, CopyTurn::kMost);
  EXPECT_EQ(done, 3 * CopyTurn::kMost * 20);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
