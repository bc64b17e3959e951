// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/snapshot_ptr.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

int Get(const SnapshotPtr<int>& snapshot) {
  return snapshot.Read([](const int& value) { return value; });
}

TEST(SnapshotPtrTest, ReadsTheFirstValue) {
  const SnapshotPtr<int> snapshot(std::make_unique<int>(1));
  EXPECT_EQ(Get(snapshot), 1);
}

TEST(SnapshotPtrTest, ReadsTheLastPublishedValue) {
  SnapshotPtr<int> snapshot(std::make_unique<int>(1));
  snapshot.Publish(std::make_unique<int>(2));
  snapshot.Publish(std::make_unique<int>(3));
  EXPECT_EQ(Get(snapshot), 3);
}

TEST(SnapshotPtrTest, PublishDestroysTheOldValue) {
  const auto counted = std::make_shared<int>(0);
  using Holder = std::shared_ptr<int>;
  SnapshotPtr<Holder> snapshot(std::make_unique<Holder>(counted));
  EXPECT_EQ(counted.use_count(), 2);
  snapshot.Publish(std::make_unique<Holder>());
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(SnapshotPtrTest, PublishWaitsForAReaderOfTheOldValue) {
  SnapshotPtr<int> snapshot(std::make_unique<int>(1));
  std::atomic<bool> reading{false};
  std::atomic<bool> leave{false};
  std::atomic<bool> left{false};
  std::thread reader([&] {
    snapshot.Read([&](const int&) {
      reading = true;
      while (!leave) {
        std::this_thread::yield();
      }
      left = true;
      return 0;
    });
  });
  while (!reading) {
    std::this_thread::yield();
  }
  bool left_when_published = false;
  std::thread writer([&] {
    snapshot.Publish(std::make_unique<int>(2));
    left_when_published = left;
  });
  // Other readers read the new value while the writer waits.
  while (Get(snapshot) != 2) {
    std::this_thread::yield();
  }
  leave = true;
  writer.join();
  reader.join();
  EXPECT_TRUE(left_when_published);
}

// A value whose members differ after it was destroyed.
struct Canary {
  explicit Canary(int64_t number) : number(number), copy(number) {}
  ~Canary() { copy = -1; }
  const int64_t number;
  int64_t copy;
};

TEST(SnapshotPtrTest, ReadersSeeValuesInOrderAndNoDestroyedValue) {
  SnapshotPtr<Canary> snapshot(std::make_unique<Canary>(0));
  std::atomic<bool> stop{false};
  std::atomic<int> faults{0};
  std::atomic<int> rounds{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      int64_t last = 0;
      while (!stop) {
        const int64_t number = snapshot.Read([&](const Canary& canary) {
          if (canary.number != canary.copy) {
            ++faults;
          }
          return canary.number;
        });
        if (number < last) {
          ++faults;
        }
        last = number;
        ++rounds;
      }
    });
  }
  for (int64_t number = 1; number <= 1000 || rounds < 10000; ++number) {
    snapshot.Publish(std::make_unique<Canary>(number));
  }
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace tfs3
