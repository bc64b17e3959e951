// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

// Returns the result of `check` in a forked child.
template <typename Check>
bool InChild(Check check) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(OwnerProcessTest, IsThisProcessAndNotTheChild) {
  const OwnerProcess owner;
  EXPECT_TRUE(owner.IsThis());
  EXPECT_TRUE(InChild([&] { return !owner.IsThis(); }));
}

TEST(PerProcessTest, IsTheSameInOneProcess) {
  PerProcess<int> number;
  number.get() = 7;
  EXPECT_EQ(number.get(), 7);
}

TEST(PerProcessTest, IsNewInTheChild) {
  PerProcess<int> number;
  number.get() = 7;
  EXPECT_TRUE(InChild([&] { return number.get() == 0; }));
  EXPECT_EQ(number.get(), 7);
}

TEST(PerProcessTest, ALockThatTheParentHoldsIsFreeInTheChild) {
  PerProcess<std::mutex> mutex;
  std::lock_guard<std::mutex> lock(mutex.get());
  EXPECT_TRUE(InChild([&] { return mutex.get().try_lock(); }));
}

TEST(PerProcessTest, IsTheSameInAllThreads) {
  PerProcess<int> number;
  std::mutex mutex;
  std::set<int*> seen;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      int* const address = &number.get();
      std::lock_guard<std::mutex> lock(mutex);
      seen.insert(address);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(seen.size(), 1u);
}

struct SlowToMake {
  SlowToMake() { std::this_thread::sleep_for(std::chrono::milliseconds(100)); }
  int value = 7;
};

TEST(StaticPerProcessTest, AForkDuringTheFirstUseLeavesNoLockBehind) {
  // The compiler generates neither a lock nor a destructor call.
  static_assert(std::is_trivially_destructible_v<StaticPerProcess<SlowToMake>>);
  static StaticPerProcess<SlowToMake> slow;
  std::thread first([] { slow.get(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(InChild([] {
    alarm(60);
    return slow.get().value == 7;
  }));
  first.join();
}

TEST(PerProcessTest, DestroysOnlyTheValueOfThisProcess) {
  static int alive = 0;
  struct Counted {
    Counted() { ++alive; }
    ~Counted() { --alive; }
  };
  auto* counted = new PerProcess<Counted>();
  counted->get();
  EXPECT_EQ(alive, 1);
  EXPECT_TRUE(InChild([&] {
    delete counted;
    return alive == 1;
  }));
  delete counted;
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
