// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// AspiredVersionsManager with a memory limit.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kLimit = 10;

class ResourceLimitTest : public ::testing::Test {
 protected:
  ResourceLimitTest() {
    AspiredVersionsManager::Options options;
    options.aspired_version_policy =
        std::make_unique<AvailabilityPreservingPolicy>();
    options.servable_event_bus = &bus_;
    options.num_load_threads = 2;
    options.num_unload_threads = 1;
    options.max_num_load_retries = 1;
    options.first_load_retry_interval = absl::Milliseconds(1);
    options.load_retry_interval = absl::Hours(1);
    options.total_memory_limit_bytes = kLimit;
    absl::StatusOr<std::unique_ptr<AspiredVersionsManager>> manager =
        AspiredVersionsManager::Create(std::move(options));
    EXPECT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
    aspire_ = manager_->GetAspiredVersionsCallback();
  }

  static std::unique_ptr<FakeLoader> Loads(uint64_t bytes) {
    auto loader = std::make_unique<FakeLoader>();
    loader->set_estimate(bytes);
    return loader;
  }

  // Sends a list with one version.
  void Aspire(const ServableId& id, std::unique_ptr<Loader> loader) {
    std::vector<ServableData<std::unique_ptr<Loader>>> list;
    list.emplace_back(id, std::move(loader));
    aspire_(id.name, std::move(list));
  }

  void WaitFor(const std::string& state) { recorder_.WaitFor(state); }

  // Waits for a state that begins with `text`.
  void WaitForPrefix(const std::string& prefix) {
    while (true) {
      for (const std::string& state : recorder_.states()) {
        if (absl::StartsWith(state, prefix)) {
          return;
        }
      }
      std::this_thread::yield();
    }
  }

  EventBus<ServableState> bus_;
  StateRecorder recorder_{&bus_};
  std::unique_ptr<AspiredVersionsManager> manager_;
  Source<std::unique_ptr<Loader>>::AspiredVersionsCallback aspire_;
};

TEST_F(ResourceLimitTest, LoadsAVersionThatFits) {
  Aspire({"a", 1}, Loads(4));
  Aspire({"b", 1}, Loads(6));
  WaitFor("a version 1: AVAILABLE, OK");
  WaitFor("b version 1: AVAILABLE, OK");
}

TEST_F(ResourceLimitTest, AnEstimateAboveTheLimitFailsImmediately) {
  Aspire({"a", 1}, Loads(11));
  WaitFor(
      "a version 1: END, RESOURCE_EXHAUSTED: a version 1 needs about 11 bytes "
      "of main memory, more than the limit of 10 bytes of main memory for all "
      "servables; raise the limit (total_memory_limit_bytes) or make the "
      "servable smaller");
}

TEST_F(ResourceLimitTest, AVersionThatDoesNotFitNowWaits) {
  Aspire({"a", 1}, Loads(6));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"b", 2}, Loads(5));
  WaitForPrefix("b version 2: LOADING, RESOURCE_EXHAUSTED: b version 2 waits");
  aspire_("a", {});
  WaitFor("b version 2: AVAILABLE, OK");
  EXPECT_EQ(recorder_.states(2).back(), "b version 2: AVAILABLE, OK");
}

TEST_F(ResourceLimitTest, AWaitingVersionLoadsAfterTheUnload) {
  std::atomic<bool> unloaded{false};
  bool unloaded_before = false;
  auto first = std::make_unique<FakeLoader>([] { return absl::OkStatus(); },
                                            [&] { unloaded = true; });
  first->set_estimate(6);
  Aspire({"a", 1}, std::move(first));
  WaitFor("a version 1: AVAILABLE, OK");
  auto second = std::make_unique<FakeLoader>([&] {
    unloaded_before = unloaded;
    return absl::OkStatus();
  });
  second->set_estimate(6);
  Aspire({"b", 2}, std::move(second));
  WaitForPrefix("b version 2: LOADING, RESOURCE_EXHAUSTED");
  aspire_("a", {});
  WaitFor("b version 2: AVAILABLE, OK");
  EXPECT_TRUE(unloaded_before);
}

TEST_F(ResourceLimitTest, AnUnlistedVersionStopsToWait) {
  Aspire({"a", 1}, Loads(6));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"b", 2}, Loads(5));
  WaitForPrefix("b version 2: LOADING, RESOURCE_EXHAUSTED");
  aspire_("b", {});
  WaitForPrefix("b version 2: END");
}

TEST_F(ResourceLimitTest, AFailedLoadFreesItsReservation) {
  auto broken = std::make_unique<FakeLoader>(
      [] { return absl::DataLossError("corrupt"); });
  broken->set_estimate(8);
  Aspire({"a", 1}, std::move(broken));
  WaitFor("a version 1: END, DATA_LOSS: corrupt");
  Aspire({"b", 2}, Loads(8));
  WaitFor("b version 2: AVAILABLE, OK");
}

TEST_F(ResourceLimitTest, AFailedEstimateIsAFailedLoad) {
  auto broken = std::make_unique<FakeLoader>();
  broken->set_estimate([] { return absl::DataLossError("no files"); });
  Aspire({"a", 1}, std::move(broken));
  WaitFor("a version 1: LOADING, DATA_LOSS: no files");
  WaitFor("a version 1: END, DATA_LOSS: no files");
}

TEST_F(ResourceLimitTest, TheReservationShrinksAfterTheLoad) {
  // Needs 9 bytes during the load and 3 bytes after it.
  auto loaded = std::make_shared<std::atomic<bool>>(false);
  auto first = std::make_unique<FakeLoader>([loaded] {
    *loaded = true;
    return absl::OkStatus();
  });
  first->set_estimate([loaded]() -> absl::StatusOr<ResourceEstimate> {
    return ResourceEstimate::MainMemory(*loaded ? 3 : 9);
  });
  Aspire({"a", 1}, std::move(first));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"b", 2}, Loads(7));
  WaitFor("b version 2: AVAILABLE, OK");
}

TEST_F(ResourceLimitTest, ASmallVersionOvertakesALargeOne) {
  Aspire({"a", 1}, Loads(6));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"b", 2}, Loads(8));
  WaitForPrefix("b version 2: LOADING, RESOURCE_EXHAUSTED");
  Aspire({"c", 3}, Loads(4));
  WaitFor("c version 3: AVAILABLE, OK");
}

TEST_F(ResourceLimitTest, TheOldVersionStaysWhenTheNewFitsBesideIt) {
  Aspire({"a", 1}, Loads(5));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"a", 2}, Loads(5));
  WaitFor("a version 1: END, OK");
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("a version 1: START, OK", "a version 1: LOADING, OK",
                  "a version 1: AVAILABLE, OK", "a version 2: START, OK",
                  "a version 2: LOADING, OK", "a version 2: AVAILABLE, OK",
                  "a version 1: UNLOADING, OK", "a version 1: END, OK"));
}

TEST_F(ResourceLimitTest, TheOldVersionIsUnloadedFirstWhenBothDoNotFit) {
  Aspire({"a", 1}, Loads(6));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"a", 2}, Loads(6));
  WaitFor("a version 2: AVAILABLE, OK");
  EXPECT_EQ(recorder_.states(1).back(), "a version 1: END, OK");
}

TEST_F(ResourceLimitTest, TheOldVersionStaysWhenItsUnloadWouldNotHelp) {
  Aspire({"a", 1}, Loads(2));
  Aspire({"b", 1}, Loads(8));
  WaitFor("a version 1: AVAILABLE, OK");
  WaitFor("b version 1: AVAILABLE, OK");
  Aspire({"a", 2}, Loads(6));
  WaitForPrefix("a version 2: LOADING, RESOURCE_EXHAUSTED");
  Aspire({"c", 1}, Loads(0));  // Is applied after that list.
  WaitFor("c version 1: AVAILABLE, OK");
  EXPECT_TRUE(
      manager_
          ->GetServableHandle<FakeServable>(ServableRequest::Specific("a", 1))
          .ok());
  aspire_("b", {});
  WaitFor("a version 2: AVAILABLE, OK");
}

TEST_F(ResourceLimitTest, NewDataThatFitsIsLoadedBesideTheOldData) {
  auto first = Loads(5);
  first->set_origin("s3://a/1");
  Aspire({"a", 1}, std::move(first));
  WaitFor("a version 1: AVAILABLE, OK");
  auto second = Loads(5);
  second->set_origin("s3://b/1");
  Aspire({"a", 1}, std::move(second));
  recorder_.WaitFor("a version 1: AVAILABLE, OK", 2);
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("a version 1: START, OK", "a version 1: LOADING, OK",
                  "a version 1: AVAILABLE, OK", "a version 1: AVAILABLE, OK"));
}

TEST_F(ResourceLimitTest, NewDataThatDoesNotFitUnloadsTheOldDataFirst) {
  std::atomic<bool> unloaded{false};
  bool unloaded_before = false;
  auto first = std::make_unique<FakeLoader>([] { return absl::OkStatus(); },
                                            [&] { unloaded = true; });
  first->set_estimate(6);
  first->set_origin("s3://a/1");
  Aspire({"a", 1}, std::move(first));
  WaitFor("a version 1: AVAILABLE, OK");
  auto second = std::make_unique<FakeLoader>([&] {
    unloaded_before = unloaded;
    return absl::OkStatus();
  });
  second->set_estimate(6);
  second->set_origin("s3://b/1");
  Aspire({"a", 1}, std::move(second));
  recorder_.WaitFor("a version 1: AVAILABLE, OK", 2);
  EXPECT_TRUE(unloaded_before);
  EXPECT_EQ(
      (*manager_->GetServableHandle<FakeServable>(ServableRequest::Latest("a")))
          ->origin,
      "s3://b/1");
}

TEST_F(ResourceLimitTest, TheOldDataServesWhenTheNewDataIsAboveTheLimit) {
  auto first = Loads(6);
  first->set_origin("s3://a/1");
  Aspire({"a", 1}, std::move(first));
  WaitFor("a version 1: AVAILABLE, OK");
  auto second = Loads(11);
  second->set_origin("s3://b/1");
  Aspire({"a", 1}, std::move(second));
  WaitForPrefix(
      "a version 1: AVAILABLE, RESOURCE_EXHAUSTED: Still served from s3://a/1");
  EXPECT_EQ(
      (*manager_->GetServableHandle<FakeServable>(ServableRequest::Latest("a")))
          ->origin,
      "s3://a/1");
}

TEST_F(ResourceLimitTest, TheDestructorCancelsWaitingVersions) {
  Aspire({"a", 1}, Loads(6));
  WaitFor("a version 1: AVAILABLE, OK");
  Aspire({"b", 2}, Loads(6));
  WaitForPrefix("b version 2: LOADING, RESOURCE_EXHAUSTED");
  manager_.reset();
  EXPECT_THAT(recorder_.states(2).back(),
              ::testing::StartsWith("b version 2: END"));
}

}  // namespace
}  // namespace tfs3
