// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/aspired_versions_manager.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"

namespace tfs3 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

using Versions = std::vector<ServableData<std::unique_ptr<Loader>>>;

class AspiredVersionsManagerTest : public ::testing::Test {
 protected:
  AspiredVersionsManagerTest() {
    options_.aspired_version_policy =
        std::make_unique<AvailabilityPreservingPolicy>();
    options_.servable_event_bus = &bus_;
    options_.num_load_threads = 2;
    options_.num_unload_threads = 1;
    options_.first_load_retry_interval = absl::Milliseconds(1);
    options_.load_retry_interval = absl::Milliseconds(1);
  }

  void Start() {
    absl::StatusOr<std::unique_ptr<AspiredVersionsManager>> manager =
        AspiredVersionsManager::Create(std::move(options_));
    ASSERT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
    aspire_ = manager_->GetAspiredVersionsCallback();
  }

  // Sends a list of versions of "half" whose loads succeed.
  void Aspire(const std::vector<int64_t>& versions) {
    Versions list;
    for (const int64_t version : versions) {
      list.emplace_back(ServableId{"half", version},
                        std::make_unique<FakeLoader>());
    }
    aspire_("half", std::move(list));
  }

  // Sends a list with one awaited version of "half".
  void AspireAwaited(int64_t version, const std::string& reason) {
    Versions list;
    list.push_back(ServableData<std::unique_ptr<Loader>>::Awaited(
        {"half", version}, absl::FailedPreconditionError(reason)));
    aspire_("half", std::move(list));
  }

  // Sends a list with one version of "half" with this loader.
  void Aspire(int64_t version, std::unique_ptr<Loader> loader) {
    Versions list;
    list.emplace_back(ServableId{"half", version}, std::move(loader));
    aspire_("half", std::move(list));
  }

  void WaitForReady(int64_t version) {
    recorder_.WaitFor("half version " + std::to_string(version) +
                      ": AVAILABLE, OK");
  }

  void WaitForEnd(int64_t version) {
    recorder_.WaitFor("half version " + std::to_string(version) + ": END, OK");
  }

  absl::StatusOr<ServableHandle<FakeServable>> Get(
      const ServableRequest& request = ServableRequest::Latest("half")) {
    return manager_->GetServableHandle<FakeServable>(request);
  }

  EventBus<ServableState> bus_;
  StateRecorder recorder_{&bus_};
  AspiredVersionsManager::Options options_;
  std::unique_ptr<AspiredVersionsManager> manager_;
  Source<std::unique_ptr<Loader>>::AspiredVersionsCallback aspire_;
};

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

TEST_F(AspiredVersionsManagerTest, TheOldVersionServesWhenTheNewOneFails) {
  options_.max_num_load_retries = 1;
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire({1});
  WaitForReady(1);
  Aspire(2, std::make_unique<FakeLoader>(
                [] { return absl::DataLossError("corrupt"); }));
  recorder_.WaitFor("half version 2: END, DATA_LOSS: corrupt");
  EXPECT_EQ((*Get())->version, 1);
  // A later good version replaces both.
  Aspire({3});
  WaitForEnd(1);
  EXPECT_EQ((*Get())->version, 3);
}

TEST_F(AspiredVersionsManagerTest, RetriesUntilALoadSucceeds) {
  std::atomic<int> loads{0};
  Start();
  Aspire(1, std::make_unique<FakeLoader>([&]() -> absl::Status {
           if (++loads < 3) {
             return absl::UnavailableError("not yet");
           }
           return absl::OkStatus();
         }));
  WaitForReady(1);
  EXPECT_EQ(loads, 3);
}

TEST_F(AspiredVersionsManagerTest, AnUnlistedVersionIsNotRetried) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire(1, std::make_unique<FakeLoader>(
                [] { return absl::UnavailableError("not yet"); }));
  recorder_.WaitFor("half version 1: LOADING, UNAVAILABLE: not yet");
  Aspire({});
  recorder_.WaitFor("half version 1: END, UNAVAILABLE: not yet");
}

TEST_F(AspiredVersionsManagerTest,
       AVersionUnlistedDuringAFailingLoadIsNotRetried) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Gate loading;
  Gate proceed;
  Start();
  Aspire(1, std::make_unique<FakeLoader>([&]() -> absl::Status {
           loading.Open();
           proceed.Wait();
           return absl::UnavailableError("not yet");
         }));
  loading.Wait();
  Aspire({});
  proceed.Open();
  recorder_.WaitFor("half version 1: END, UNAVAILABLE: not yet");
}

TEST_F(AspiredVersionsManagerTest,
       AFailedVersionThatIsStillListedIsLoadedAgain) {
  options_.max_num_load_retries = 0;
  Start();
  Aspire(1, std::make_unique<FakeLoader>(
                [] { return absl::UnavailableError("not yet"); }));
  recorder_.WaitFor("half version 1: END, UNAVAILABLE: not yet");
  // A source repeats its list with new loaders.
  std::atomic<bool> stop{false};
  std::thread source([&] {
    while (!stop) {
      Aspire({1});
      std::this_thread::yield();
    }
  });
  WaitForReady(1);
  stop = true;
  source.join();
}

TEST_F(AspiredVersionsManagerTest,
       AFailedVersionIsNotLoadedAgainBeforeTheInterval) {
  options_.max_num_load_retries = 0;
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire(1, std::make_unique<FakeLoader>(
                [] { return absl::UnavailableError("not yet"); }));
  recorder_.WaitFor("half version 1: END, UNAVAILABLE: not yet");
  Aspire({1});
  Aspire({1, 2});  // Is applied after the other list.
  WaitForReady(2);
  EXPECT_THAT(recorder_.states(1),
              Not(Contains("half version 1: AVAILABLE, OK")));
}

TEST_F(AspiredVersionsManagerTest, AVersionThatIsAnErrorEndsWithThatError) {
  const auto broken_first_version = [] {
    Versions list;
    list.emplace_back(ServableId{"half", 1}, absl::DataLossError("no graph"));
    return list;
  };
  Start();
  aspire_("half", broken_first_version());
  recorder_.WaitFor("half version 1: END, DATA_LOSS: no graph");
  // A repeated list publishes nothing.
  Versions list = broken_first_version();
  list.emplace_back(ServableId{"half", 2}, std::make_unique<FakeLoader>());
  aspire_("half", std::move(list));
  WaitForReady(2);
  EXPECT_THAT(recorder_.states(1),
              ElementsAre("half version 1: END, DATA_LOSS: no graph"));
}

TEST_F(AspiredVersionsManagerTest, AChangedErrorIsPublished) {
  Start();
  for (const char* const error : {"no graph", "no variables"}) {
    Versions list;
    list.emplace_back(ServableId{"half", 1}, absl::DataLossError(error));
    aspire_("half", std::move(list));
    recorder_.WaitFor(std::string("half version 1: END, DATA_LOSS: ") + error);
  }
}

TEST_F(AspiredVersionsManagerTest, GoodDataAfterAnErrorIsLoaded) {
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Versions list;
  list.emplace_back(ServableId{"half", 1}, absl::DataLossError("no graph"));
  aspire_("half", std::move(list));
  recorder_.WaitFor("half version 1: END, DATA_LOSS: no graph");
  Aspire({1});
  WaitForReady(1);
}

TEST_F(AspiredVersionsManagerTest, AVersionWhoseDataIsAwaitedIsStarting) {
  Start();
  AspireAwaited(7, "saved_model.pb is missing");
  recorder_.WaitFor(
      "half version 7: START, FAILED_PRECONDITION: saved_model.pb is missing");
  AspireAwaited(7, "saved_model.pb is missing");
  AspireAwaited(7, "variables are missing");
  recorder_.WaitFor(
      "half version 7: START, FAILED_PRECONDITION: variables are missing");
  Aspire({7});
  recorder_.WaitFor("half version 7: AVAILABLE, OK");

  EXPECT_THAT(
      recorder_.states(7),
      ElementsAre(
          "half version 7: START, FAILED_PRECONDITION: saved_model.pb is "
          "missing",
          "half version 7: START, FAILED_PRECONDITION: variables are missing",
          "half version 7: START, OK", "half version 7: LOADING, OK",
          "half version 7: AVAILABLE, OK"));
}

TEST_F(AspiredVersionsManagerTest, AnAwaitedVersionEndsWhenItIsNotListed) {
  Start();
  AspireAwaited(7, "saved_model.pb is missing");
  recorder_.WaitFor(
      "half version 7: START, FAILED_PRECONDITION: saved_model.pb is missing");
  Aspire({});
  recorder_.WaitFor(
      "half version 7: END, FAILED_PRECONDITION: saved_model.pb is missing");
}

TEST_F(AspiredVersionsManagerTest, TheOldVersionServesWhileTheNewOneIsAwaited) {
  Start();
  Aspire({6});
  recorder_.WaitFor("half version 6: AVAILABLE, OK");
  AspireAwaited(7, "saved_model.pb is missing");
  recorder_.WaitFor(
      "half version 7: START, FAILED_PRECONDITION: saved_model.pb is missing");
  EXPECT_THAT(recorder_.states(6),
              Not(Contains("half version 6: UNLOADING, OK")));
}

TEST_F(AspiredVersionsManagerTest, TheOldVersionServesWhenTheNewOneIsAnError) {
  Start();
  Aspire({1});
  WaitForReady(1);
  Versions list;
  list.emplace_back(ServableId{"half", 2}, absl::DataLossError("no graph"));
  aspire_("half", std::move(list));
  recorder_.WaitFor("half version 2: END, DATA_LOSS: no graph");
  EXPECT_EQ((*Get())->version, 1);
}

TEST_F(AspiredVersionsManagerTest, AnErrorOfAServingVersionDoesNotUnloadIt) {
  Start();
  Aspire({1});
  WaitForReady(1);
  Versions list;
  list.emplace_back(ServableId{"half", 1}, absl::DataLossError("no graph"));
  list.emplace_back(ServableId{"half", 2}, std::make_unique<FakeLoader>());
  aspire_("half", std::move(list));
  WaitForReady(2);
  EXPECT_EQ((*Get(ServableRequest::Specific("half", 1)))->version, 1);
  EXPECT_THAT(recorder_.states(1),
              Not(Contains("half version 1: END, DATA_LOSS: no graph")));
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
