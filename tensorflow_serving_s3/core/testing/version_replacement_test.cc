// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// AspiredVersionsManager when a version gets a loader with another origin.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/testing/aspired_versions_manager_test_util.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"

namespace tfs3 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

constexpr char kAvailable[] = "half version 1: AVAILABLE, OK";
constexpr char kStillServed[] =
    "half version 1: AVAILABLE, UNAVAILABLE: Still served from s3://a/1, "
    "because s3://b/1 cannot be loaded: not yet";

class VersionReplacementTest : public AspiredVersionsManagerTest {
 protected:
  // Sends a list with version 1 of "half" from `origin`.
  void Aspire(
      const std::string& origin,
      std::function<absl::Status()> on_load = [] { return absl::OkStatus(); },
      std::function<void()> on_unload = [] {}) {
    auto loader =
        std::make_unique<FakeLoader>(std::move(on_load), std::move(on_unload));
    loader->set_origin(origin);
    AspiredVersionsManagerTest::Aspire(1, std::move(loader));
  }

  std::string Served() {
    auto handle = Get();
    return handle.ok() ? (*handle)->origin : "nothing";
  }

  void WaitUntilServed(const std::string& origin) {
    while (Served() != origin) {
      std::this_thread::yield();
    }
  }

  static absl::Status NotYet() { return absl::UnavailableError("not yet"); }
};

TEST_F(VersionReplacementTest, LoadsTheNewOriginAndUnloadsTheOldData) {
  Gate unloaded;
  Start();
  Aspire("s3://a/1", [] { return absl::OkStatus(); }, [&] { unloaded.Open(); });
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1");
  WaitUntilServed("s3://b/1");
  unloaded.Wait();
  recorder_.WaitFor(kAvailable, 2);
  EXPECT_THAT(recorder_.states(), ElementsAre("half version 1: START, OK",
                                              "half version 1: LOADING, OK",
                                              kAvailable, kAvailable));
}

TEST_F(VersionReplacementTest, NoRequestFailsDuringAReplacement) {
  Start();
  Aspire("s3://a/0");
  recorder_.WaitFor(kAvailable);
  std::atomic<bool> stop{false};
  std::atomic<int> misses{0};
  std::atomic<int> faults{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      while (!stop) {
        auto handle = Get();
        if (!handle.ok()) {
          ++misses;
          continue;
        }
        std::this_thread::yield();
        if (!(*handle)->alive) {
          ++faults;
        }
      }
    });
  }
  for (int i = 1; i <= 30; ++i) {
    const std::string origin = "s3://a/" + std::to_string(i);
    Aspire(origin);
    WaitUntilServed(origin);
  }
  stop = true;
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(misses, 0);
  EXPECT_EQ(faults, 0);
}

TEST_F(VersionReplacementTest, AHandleDelaysTheUnloadOfTheOldData) {
  std::atomic<bool> released{false};
  Gate unloaded;
  bool released_at_unload = false;
  Start();
  Aspire(
      "s3://a/1", [] { return absl::OkStatus(); },
      [&] {
        released_at_unload = released;
        unloaded.Open();
      });
  recorder_.WaitFor(kAvailable);
  auto handle = Get();
  ASSERT_TRUE(handle.ok());
  Aspire("s3://b/1");
  WaitUntilServed("s3://b/1");
  EXPECT_TRUE((*handle)->alive);
  EXPECT_EQ((*handle)->origin, "s3://a/1");
  released = true;
  *handle = ServableHandle<FakeServable>();
  unloaded.Wait();
  EXPECT_TRUE(released_at_unload);
}

TEST_F(VersionReplacementTest, TheSameOrAnUnknownOriginChangesNothing) {
  std::atomic<int> loads{0};
  const auto count = [&] {
    ++loads;
    return absl::OkStatus();
  };
  Start();
  Aspire("s3://a/1", count);
  recorder_.WaitFor(kAvailable);
  Aspire("s3://a/1", count);
  Aspire("", count);
  manager_.reset();
  EXPECT_EQ(loads, 1);
}

TEST_F(VersionReplacementTest, DataOfUnknownOriginIsNotReplaced) {
  Start();
  Aspire("");
  recorder_.WaitFor(kAvailable);
  std::atomic<bool> loaded{false};
  Aspire("s3://b/1", [&] {
    loaded = true;
    return absl::OkStatus();
  });
  manager_.reset();
  EXPECT_FALSE(loaded);
}

TEST_F(VersionReplacementTest, TheOldDataServesWhenTheNewDataFails) {
  options_.max_num_load_retries = 1;
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  std::atomic<int> loads{0};
  Aspire("s3://b/1", [&] {
    ++loads;
    return NotYet();
  });
  recorder_.WaitFor(kStillServed, 2);
  EXPECT_EQ(loads, 2);
  EXPECT_EQ(Served(), "s3://a/1");
}

TEST_F(VersionReplacementTest,
       SnapshotsHaveTheOriginsOfTheDataAndItsReplacement) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", NotYet);
  recorder_.WaitFor(kStillServed);
  const auto versions = manager_->GetManagedServableSnapshots("half");
  ASSERT_EQ(versions.size(), 1);
  EXPECT_EQ(versions[0].origin, "s3://a/1");
  ASSERT_TRUE(versions[0].replacement.has_value());
  EXPECT_EQ(versions[0].replacement->origin, "s3://b/1");
}

TEST_F(VersionReplacementTest, RetriesTheLoadOfNewData) {
  std::atomic<int> loads{0};
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", [&] { return ++loads < 3 ? NotYet() : absl::OkStatus(); });
  WaitUntilServed("s3://b/1");
  recorder_.WaitFor(kAvailable, 2);
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("half version 1: START, OK", "half version 1: LOADING, OK",
                  kAvailable, kStillServed, kStillServed, kAvailable));
}

TEST_F(VersionReplacementTest, LoadsFailedNewDataAgainWithALaterList) {
  options_.max_num_load_retries = 0;
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", NotYet);
  recorder_.WaitFor(kStillServed);
  while (Served() != "s3://b/1") {
    Aspire("s3://b/1");
    std::this_thread::yield();
  }
}

TEST_F(VersionReplacementTest, AListWithTheOldOriginCancelsTheReplacement) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", NotYet);
  recorder_.WaitFor(kStillServed);
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable, 2);  // Without the error.
  EXPECT_EQ(Served(), "s3://a/1");
}

TEST_F(VersionReplacementTest,
       AReplacementCancelledDuringItsLoadIsNeverServed) {
  Gate loading;
  Gate proceed;
  Gate unloaded;
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire(
      "s3://b/1",
      [&] {
        loading.Open();
        proceed.Wait();
        return absl::OkStatus();
      },
      [&] { unloaded.Open(); });
  loading.Wait();
  Aspire("s3://a/1");
  // The list with version 2 is applied after that list.
  std::vector<ServableData<std::unique_ptr<Loader>>> list;
  for (const int64_t version : {1, 2}) {
    auto loader = std::make_unique<FakeLoader>();
    loader->set_origin("s3://a/" + std::to_string(version));
    list.emplace_back(ServableId{"half", version}, std::move(loader));
  }
  aspire_("half", std::move(list));
  recorder_.WaitFor("half version 2: AVAILABLE, OK");
  proceed.Open();
  unloaded.Wait();
  EXPECT_EQ((*manager_->GetServableHandle<FakeServable>(
                 ServableRequest::Specific("half", 1)))
                ->origin,
            "s3://a/1");
  EXPECT_THAT(recorder_.states(1),
              ElementsAre("half version 1: START, OK",
                          "half version 1: LOADING, OK", kAvailable));
}

TEST_F(VersionReplacementTest, AThirdOriginReplacesTheSecond) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", NotYet);
  recorder_.WaitFor(kStillServed);
  Aspire("s3://c/1");
  WaitUntilServed("s3://c/1");
}

TEST_F(VersionReplacementTest, UnlistingTheVersionCancelsTheReplacement) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", NotYet);
  recorder_.WaitFor(kStillServed);
  aspire_("half", {});
  recorder_.WaitFor("half version 1: END, OK");
  EXPECT_EQ(Served(), "nothing");
}

TEST_F(VersionReplacementTest,
       AFailedVersionRestartsWithAnotherOriginImmediately) {
  options_.max_num_load_retries = 0;
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1", NotYet);
  recorder_.WaitFor("half version 1: END, UNAVAILABLE: not yet");
  Aspire("s3://b/1");
  WaitUntilServed("s3://b/1");
}

TEST_F(VersionReplacementTest, AVersionThatWaitsForARetryRestarts) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire("s3://a/1", NotYet);
  recorder_.WaitFor("half version 1: LOADING, UNAVAILABLE: not yet");
  Aspire("s3://b/1");
  WaitUntilServed("s3://b/1");
}

TEST_F(VersionReplacementTest, ARunningLoadEndsBeforeTheNewDataIsLoaded) {
  Gate loading;
  Gate proceed;
  std::atomic<bool> ended{false};
  bool ended_before = false;
  Start();
  Aspire("s3://a/1", [&] {
    loading.Open();
    proceed.Wait();
    ended = true;
    return absl::OkStatus();
  });
  loading.Wait();
  Aspire("s3://b/1", [&] {
    ended_before = ended;
    return absl::OkStatus();
  });
  proceed.Open();
  WaitUntilServed("s3://b/1");
  EXPECT_TRUE(ended_before);
  EXPECT_THAT(recorder_.states(1), Not(Contains("half version 1: END, OK")));
}

TEST_F(VersionReplacementTest, AVersionThatBecomesAnErrorKeepsItsData) {
  Start();
  Aspire("s3://a/1");
  recorder_.WaitFor(kAvailable);
  std::vector<ServableData<std::unique_ptr<Loader>>> list;
  list.emplace_back(ServableId{"half", 1}, absl::DataLossError("no graph"));
  list.emplace_back(ServableId{"half", 2}, std::make_unique<FakeLoader>());
  aspire_("half", std::move(list));
  recorder_.WaitFor("half version 2: AVAILABLE, OK");
  EXPECT_EQ((*manager_->GetServableHandle<FakeServable>(
                 ServableRequest::Specific("half", 1)))
                ->origin,
            "s3://a/1");
}

TEST_F(VersionReplacementTest,
       TheResourcePreservingPolicyUnloadsTheOldDataFirst) {
  options_.aspired_version_policy =
      std::make_unique<ResourcePreservingPolicy>();
  std::atomic<bool> unloaded{false};
  bool unloaded_before = false;
  Start();
  Aspire("s3://a/1", [] { return absl::OkStatus(); }, [&] { unloaded = true; });
  recorder_.WaitFor(kAvailable);
  Aspire("s3://b/1", [&] {
    unloaded_before = unloaded;
    return absl::OkStatus();
  });
  WaitUntilServed("s3://b/1");
  EXPECT_TRUE(unloaded_before);
}

TEST_F(VersionReplacementTest, TheDestructorWaitsForALoadingReplacement) {
  Gate loading;
  Gate proceed;
  std::atomic<int> unloads{0};
  const auto count = [&] { ++unloads; };
  Start();
  Aspire("s3://a/1", [] { return absl::OkStatus(); }, count);
  recorder_.WaitFor(kAvailable);
  Aspire(
      "s3://b/1",
      [&] {
        loading.Open();
        proceed.Wait();
        return absl::OkStatus();
      },
      count);
  loading.Wait();
  std::thread destroyer([this] { manager_.reset(); });
  proceed.Open();
  destroyer.join();
  EXPECT_EQ(unloads, 2);
  EXPECT_EQ(recorder_.states().back(), "half version 1: END, OK");
}

}  // namespace
}  // namespace tfs3
