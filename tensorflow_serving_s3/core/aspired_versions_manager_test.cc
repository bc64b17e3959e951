// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/aspired_versions_manager.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/aspired_versions_manager_test_util.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/gate.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(AspiredVersionsManagerTest, RequiresAPolicy) {
  EXPECT_EQ(AspiredVersionsManager::Create({}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(AspiredVersionsManagerTest, LoadsAspiredVersions) {
  Start();
  Aspire({1, 2});
  WaitForReady(1);
  WaitForReady(2);
  EXPECT_EQ((*Get())->version, 2);
  EXPECT_EQ((*Get(ServableRequest::Specific("half", 1)))->version, 1);
  EXPECT_THAT(manager_->ListAvailableServableIds(),
              ElementsAre(ServableId{"half", 1}, ServableId{"half", 2}));
}

TEST_F(AspiredVersionsManagerTest, LoadsTheNewBeforeItUnloadsTheOld) {
  Start();
  Aspire({1});
  WaitForReady(1);
  Aspire({2});
  WaitForEnd(1);
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("half version 1: START, OK", "half version 1: LOADING, OK",
                  "half version 1: AVAILABLE, OK", "half version 2: START, OK",
                  "half version 2: LOADING, OK",
                  "half version 2: AVAILABLE, OK",
                  "half version 1: UNLOADING, OK", "half version 1: END, OK"));
}

TEST_F(AspiredVersionsManagerTest, SwitchesWithoutAGapUnderLoad) {
  constexpr int kNumVersions = 20;
  Start();
  Aspire({1});
  WaitForReady(1);
  std::atomic<bool> stop{false};
  std::atomic<int> requests{0};
  std::atomic<int> misses{0};
  std::atomic<int> faults{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      int64_t last = 0;
      while (!stop) {
        auto handle = Get();
        if (!handle.ok()) {
          ++misses;
          continue;
        }
        ++requests;
        std::this_thread::yield();
        if (!(*handle)->alive || (*handle)->version < last) {
          ++faults;
        }
        last = (*handle)->version;
      }
    });
  }
  for (int version = 2; version <= kNumVersions; ++version) {
    const int requests_before = requests;
    while (requests < requests_before + 50) {
      std::this_thread::yield();
    }
    Aspire({version});
    WaitForReady(version);
    WaitForEnd(version - 1);
  }
  stop = true;
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(misses, 0);
  EXPECT_EQ(faults, 0);
}

TEST_F(AspiredVersionsManagerTest, AnEmptyListUnloadsAll) {
  Start();
  Aspire({1, 2});
  WaitForReady(1);
  WaitForReady(2);
  Aspire({});
  WaitForEnd(1);
  WaitForEnd(2);
  EXPECT_FALSE(Get().ok());
}

TEST_F(AspiredVersionsManagerTest, DoesNotChangeOtherServables) {
  Start();
  Aspire({1});
  WaitForReady(1);
  aspire_("third", {});
  Versions third;
  third.emplace_back(ServableId{"third", 1}, std::make_unique<FakeLoader>());
  aspire_("third", std::move(third));
  recorder_.WaitFor("third version 1: AVAILABLE, OK");
  EXPECT_TRUE(Get().ok());
}

TEST_F(AspiredVersionsManagerTest, RepeatedListsChangeNothing) {
  Start();
  Aspire({1});
  WaitForReady(1);
  for (int i = 0; i < 10; ++i) {
    Aspire({1});
  }
  Aspire({1, 2});  // Is applied after the other lists.
  WaitForReady(2);
  EXPECT_THAT(
      recorder_.states(1),
      ElementsAre("half version 1: START, OK", "half version 1: LOADING, OK",
                  "half version 1: AVAILABLE, OK"));
}

TEST_F(AspiredVersionsManagerTest, DropsTheLoaderOfALoadedVersion) {
  std::atomic<int> loads{0};
  Start();
  for (int i = 0; i < 10; ++i) {
    Aspire(1, std::make_unique<FakeLoader>([&] {
             ++loads;
             return absl::OkStatus();
           }));
    WaitForReady(1);
  }
  manager_.reset();
  EXPECT_EQ(loads, 1);
}

TEST_F(AspiredVersionsManagerTest, LoadAndUnloadOfAVersionDoNotOverlap) {
  std::atomic<int> running{0};
  std::atomic<int> overlaps{0};
  const auto run = [&] {
    if (++running > 1) {
      ++overlaps;
    }
    std::this_thread::yield();
    --running;
  };
  Start();
  for (int i = 0; i < 50; ++i) {
    Aspire(1, std::make_unique<FakeLoader>(
                  [&] {
                    run();
                    return absl::OkStatus();
                  },
                  run));
    if (i % 2 == 0) {
      WaitForReady(1);
    }
    Aspire({});
  }
  manager_.reset();
  EXPECT_EQ(overlaps, 0);
}

TEST_F(AspiredVersionsManagerTest,
       AVersionListedAgainDuringItsUnloadIsLoadedAgain) {
  Gate unloading;
  Gate proceed;
  Start();
  Aspire(1, std::make_unique<FakeLoader>([] { return absl::OkStatus(); },
                                         [&] {
                                           unloading.Open();
                                           proceed.Wait();
                                         }));
  WaitForReady(1);
  Aspire({});
  unloading.Wait();
  Aspire({1});
  proceed.Open();
  recorder_.WaitFor("half version 1: AVAILABLE, OK", 2);
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("half version 1: START, OK", "half version 1: LOADING, OK",
                  "half version 1: AVAILABLE, OK",
                  "half version 1: UNLOADING, OK", "half version 1: END, OK",
                  "half version 1: START, OK", "half version 1: LOADING, OK",
                  "half version 1: AVAILABLE, OK"));
}

TEST_F(AspiredVersionsManagerTest, IgnoresAVersionOfAnotherServable) {
  Start();
  Versions list;
  list.emplace_back(ServableId{"third", 1}, std::make_unique<FakeLoader>());
  list.emplace_back(ServableId{"half", 2}, std::make_unique<FakeLoader>());
  aspire_("half", std::move(list));
  WaitForReady(2);
  EXPECT_THAT(recorder_.states(1), IsEmpty());
}

TEST_F(AspiredVersionsManagerTest, TheDestructorWaitsForALoadAndUnloadsAll) {
  Gate loading;
  Gate proceed;
  Start();
  Aspire(1, std::make_unique<FakeLoader>([&] {
           loading.Open();
           proceed.Wait();
           return absl::OkStatus();
         }));
  loading.Wait();
  std::thread destroyer([this] { manager_.reset(); });
  proceed.Open();
  destroyer.join();
  EXPECT_EQ(recorder_.states().back(), "half version 1: END, OK");
  Aspire({2});  // The target is destroyed.
  EXPECT_THAT(recorder_.states(2), IsEmpty());
}

}  // namespace
}  // namespace tfs3
