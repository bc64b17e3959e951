// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/event_bus.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Bus = EventBus<int>;

TEST(EventBusTest, PublishReturnsAfterEverySubscriberHasSeenTheEvent) {
  Bus bus;
  std::vector<int> seen;
  const auto first = bus.Subscribe([&](int e) { seen.push_back(e); });
  const auto second = bus.Subscribe([&](int e) { seen.push_back(10 * e); });
  bus.Publish(1);
  bus.Publish(2);
  EXPECT_THAT(seen, ElementsAre(1, 10, 2, 20));
}

TEST(EventBusTest, DestroyingASubscriptionEndsIt) {
  Bus bus;
  std::vector<int> seen;
  auto subscription = bus.Subscribe([&](int e) { seen.push_back(e); });
  subscription.reset();
  bus.Publish(1);
  EXPECT_THAT(seen, IsEmpty());
}

TEST(EventBusTest, ASubscriptionMayOutliveItsBus) {
  std::vector<int> seen;
  auto bus = std::make_unique<Bus>();
  const auto subscription = bus->Subscribe([&](int e) { seen.push_back(e); });
  bus->Publish(1);
  bus.reset();
  EXPECT_THAT(seen, ElementsAre(1));
}

TEST(EventBusTest, AllSubscribersSeeTheSameOrder) {
  Bus bus;
  std::vector<int> first_seen;
  std::vector<int> second_seen;
  const auto first = bus.Subscribe([&](int e) { first_seen.push_back(e); });
  const auto second = bus.Subscribe([&](int e) { second_seen.push_back(e); });
  std::vector<std::thread> publishers;
  for (int i = 0; i < 4; ++i) {
    publishers.emplace_back([&bus, i] {
      for (int j = 0; j < 100; ++j) {
        bus.Publish(100 * i + j);
      }
    });
  }
  for (std::thread& publisher : publishers) {
    publisher.join();
  }
  EXPECT_EQ(first_seen.size(), 400);
  EXPECT_EQ(first_seen, second_seen);
}

}  // namespace
}  // namespace tfs3
