// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/serving_map.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::unique_ptr<LoaderHarness> Loaded(const ServableId& id) {
  auto harness =
      std::make_unique<LoaderHarness>(id, std::make_unique<FakeLoader>());
  EXPECT_TRUE(harness->RequestLoad());
  EXPECT_TRUE(harness->ApproveLoad());
  EXPECT_TRUE(harness->StartLoading());
  EXPECT_TRUE(harness->Load().ok());
  harness->DoneLoading();
  return harness;
}

int64_t VersionOf(const UntypedServableHandle& handle) {
  return handle ? handle.id().version : -1;
}

TEST(ServingMapTest, ReturnsTheHighestOrTheRequestedVersion) {
  const auto one = Loaded({"half", 1});
  const auto three = Loaded({"half", 3});
  const auto two = Loaded({"half", 2});
  ServingMap map;
  for (const auto* harness : {&one, &three, &two}) {
    map.Add(harness->get());
  }
  EXPECT_EQ(VersionOf(map.Acquire(ServableRequest::Latest("half"))), 3);
  EXPECT_EQ(VersionOf(map.Acquire(ServableRequest::Specific("half", 2))), 2);
  EXPECT_EQ(VersionOf(map.Acquire(ServableRequest::Specific("half", 4))), -1);
  EXPECT_EQ(VersionOf(map.Acquire(ServableRequest::Latest("third"))), -1);
  EXPECT_THAT(map.List(),
              ElementsAre(ServableId{"half", 1}, ServableId{"half", 2},
                          ServableId{"half", 3}));
}

TEST(ServingMapTest, DoesNotReturnARemovedVersion) {
  const auto one = Loaded({"half", 1});
  const auto two = Loaded({"half", 2});
  ServingMap map;
  map.Add(one.get());
  map.Add(two.get());
  map.Remove(two.get());
  EXPECT_EQ(VersionOf(map.Acquire(ServableRequest::Latest("half"))), 1);
  map.Remove(one.get());
  EXPECT_EQ(VersionOf(map.Acquire(ServableRequest::Latest("half"))), -1);
  EXPECT_THAT(map.List(), IsEmpty());
}

TEST(ServingMapTest, FindsEachOfManyNames) {
  constexpr int kNumNames = 1000;
  std::vector<std::unique_ptr<LoaderHarness>> harnesses;
  ServingMap map;
  for (int i = 0; i < kNumNames; ++i) {
    harnesses.push_back(Loaded({absl::StrCat("model_", i), i}));
    map.Add(harnesses.back().get());
  }
  for (int i = 0; i < kNumNames; i += 2) {
    map.Remove(harnesses[i].get());
  }
  for (int i = 0; i < kNumNames; ++i) {
    const auto request = ServableRequest::Latest(absl::StrCat("model_", i));
    EXPECT_EQ(VersionOf(map.Acquire(request)), i % 2 == 0 ? -1 : i);
  }
  EXPECT_EQ(map.List().size(), kNumNames / 2);
}

TEST(ServingMapTest, ReplaceHasNoGap) {
  const auto a = Loaded({"half", 1});
  const auto b = Loaded({"half", 1});
  ServingMap map;
  map.Add(a.get());
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::atomic<int> misses{0};
  std::thread reader([&] {
    while (!stop) {
      if (!map.Acquire(ServableRequest::Latest("half"))) {
        ++misses;
      }
      ++reads;
    }
  });
  for (int i = 0; i < 100; ++i) {
    map.Replace(i % 2 == 0 ? a.get() : b.get(), i % 2 == 0 ? b.get() : a.get());
    const int reads_before = reads;
    while (reads == reads_before) {
      std::this_thread::yield();
    }
  }
  stop = true;
  reader.join();
  EXPECT_EQ(misses, 0);
}

TEST(ServingMapTest, AddsAndRemovesWhileOthersRead) {
  const auto first = Loaded({"first", 1});
  ServingMap map;
  map.Add(first.get());
  std::atomic<bool> stop{false};
  std::atomic<int> misses{0};
  std::thread reader([&] {
    while (!stop) {
      if (!map.Acquire(ServableRequest::Latest("first"))) {
        ++misses;
      }
    }
  });
  std::vector<std::unique_ptr<LoaderHarness>> harnesses;
  for (int i = 0; i < 500; ++i) {
    harnesses.push_back(Loaded({absl::StrCat("model_", i), 1}));
    map.Add(harnesses.back().get());
  }
  for (const auto& harness : harnesses) {
    map.Remove(harness.get());
  }
  stop = true;
  reader.join();
  EXPECT_EQ(misses, 0);
}

}  // namespace
}  // namespace tfs3
