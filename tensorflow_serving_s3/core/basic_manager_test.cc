// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/basic_manager.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const ServableId kId{"half", 7};

class BasicManagerTest : public ::testing::Test {
 protected:
  BasicManagerTest() {
    options_.servable_event_bus = &bus_;
    options_.num_load_threads = 2;
    options_.num_unload_threads = 1;
    options_.first_load_retry_interval = absl::Milliseconds(1);
    options_.load_retry_interval = absl::Milliseconds(1);
  }

  void Start() { manager_ = std::make_unique<BasicManager>(options_); }

  absl::Status Manage(const ServableId& id, std::unique_ptr<Loader> loader) {
    return manager_->ManageServable({id, std::move(loader)});
  }

  void Load(const ServableId& id) {
    ASSERT_TRUE(Manage(id, std::make_unique<FakeLoader>()).ok());
    ASSERT_TRUE(manager_->LoadServable(id).ok());
    recorder_.WaitFor(id.DebugString() + ": AVAILABLE, OK");
    while (State(id) != LoaderHarness::State::kReady) {
      std::this_thread::yield();
    }
  }

  std::optional<LoaderHarness::State> State(const ServableId& id) {
    for (const auto& snapshot :
         manager_->GetManagedServableSnapshots(id.name)) {
      if (snapshot.id == id) {
        return snapshot.state;
      }
    }
    return std::nullopt;
  }

  absl::StatusOr<ServableHandle<FakeServable>> Get(
      const ServableRequest& request) {
    return manager_->GetServableHandle<FakeServable>(request);
  }

  EventBus<ServableState> bus_;
  StateRecorder recorder_{&bus_};
  BasicManager::Options options_;
  std::unique_ptr<BasicManager> manager_;
};

TEST_F(BasicManagerTest, LoadsAndUnloadsOnRequest) {
  Start();
  Load(kId);
  EXPECT_THAT(manager_->ListAvailableServableIds(), ElementsAre(kId));
  ASSERT_TRUE(manager_->UnloadServable(kId).ok());
  recorder_.WaitFor("half version 7: END, OK");
  EXPECT_THAT(manager_->ListAvailableServableIds(), IsEmpty());
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("half version 7: START, OK", "half version 7: LOADING, OK",
                  "half version 7: AVAILABLE, OK",
                  "half version 7: UNLOADING, OK", "half version 7: END, OK"));
}

TEST_F(BasicManagerTest, PublishesAvailableWhenThereAreHandles) {
  bool could_be_had = false;
  const auto subscription = bus_.Subscribe([&](const ServableState& state) {
    if (state.manager_state == ServableState::ManagerState::kAvailable) {
      could_be_had = Get(ServableRequest::Latest("half")).ok();
    }
  });
  Start();
  Load(kId);
  EXPECT_TRUE(could_be_had);
}

TEST_F(BasicManagerTest, PublishesUnloadingWhileThereAreHandles) {
  bool could_be_had = false;
  const auto subscription = bus_.Subscribe([&](const ServableState& state) {
    if (state.manager_state == ServableState::ManagerState::kUnloading) {
      could_be_had = Get(ServableRequest::Latest("half")).ok();
    }
  });
  Start();
  Load(kId);
  ASSERT_TRUE(manager_->UnloadServable(kId).ok());
  recorder_.WaitFor("half version 7: END, OK");
  EXPECT_TRUE(could_be_had);
}

TEST_F(BasicManagerTest, ReturnsTheHighestVersionOrTheRequestedOne) {
  Start();
  Load({"half", 9});
  Load({"half", 10});
  Load({"half", 8});
  EXPECT_EQ((*Get(ServableRequest::Latest("half")))->version, 10);
  EXPECT_EQ((*Get(ServableRequest::Specific("half", 8)))->version, 8);
}

TEST_F(BasicManagerTest, AnErrorNamesTheRequest) {
  Start();
  Load({"half", 8});
  EXPECT_EQ(
      Get(ServableRequest::Latest("third")).status(),
      absl::NotFoundError("Servable not found for request: Latest(third)"));
  EXPECT_EQ(
      Get(ServableRequest::Specific("half", 7)).status(),
      absl::NotFoundError("Servable not found for request: Specific(half, 7)"));
}

TEST_F(BasicManagerTest, AServableOfAnotherTypeIsAnInvalidArgument) {
  Start();
  Load(kId);
  EXPECT_EQ(manager_->GetServableHandle<int>(ServableRequest::Latest("half"))
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(BasicManagerTest, TheLastHandleDelaysTheUnloadAndDoesNotRunIt) {
  std::atomic<bool> released{false};
  bool released_at_unload = false;
  std::thread::id unload_thread;
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>(
                              [] { return absl::OkStatus(); },
                              [&] {
                                released_at_unload = released;
                                unload_thread = std::this_thread::get_id();
                              }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: AVAILABLE, OK");
  auto handle = Get(ServableRequest::Latest("half"));
  ASSERT_TRUE(handle.ok());
  while (!manager_->UnloadServable(kId).ok()) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(Get(ServableRequest::Latest("half")).ok());
  EXPECT_TRUE((*handle)->alive);
  released = true;
  *handle = ServableHandle<FakeServable>();
  recorder_.WaitFor("half version 7: END, OK");
  EXPECT_TRUE(released_at_unload);
  EXPECT_NE(unload_thread, std::this_thread::get_id());
}

TEST_F(BasicManagerTest, RetriesAFailedLoadAndPublishesTheError) {
  std::atomic<int> loads{0};
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>([&]() -> absl::Status {
                       if (++loads <= 2) {
                         return absl::UnavailableError("not yet");
                       }
                       return absl::OkStatus();
                     }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: AVAILABLE, OK");
  EXPECT_THAT(
      recorder_.states(),
      ElementsAre("half version 7: START, OK", "half version 7: LOADING, OK",
                  "half version 7: LOADING, UNAVAILABLE: not yet",
                  "half version 7: LOADING, UNAVAILABLE: not yet",
                  "half version 7: AVAILABLE, OK"));
}

TEST_F(BasicManagerTest, EndsWithTheErrorAfterTheLastRetry) {
  std::atomic<int> loads{0};
  options_.max_num_load_retries = 2;
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>([&]() -> absl::Status {
                       ++loads;
                       return absl::UnavailableError("never");
                     }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: END, UNAVAILABLE: never");
  EXPECT_EQ(loads, 3);
}

TEST_F(BasicManagerTest, WaitingForARetryOccupiesNoLoadThread) {
  options_.num_load_threads = 1;
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>(
                              [] { return absl::UnavailableError("not yet"); }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: LOADING, UNAVAILABLE: not yet");
  Load({"third", 1});
}

TEST_F(BasicManagerTest, DropsAVersionThatWaitsForARetryImmediately) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>(
                              [] { return absl::UnavailableError("not yet"); }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: LOADING, UNAVAILABLE: not yet");
  while (!manager_->StopManagingServable(kId).ok()) {
    std::this_thread::yield();
  }
  EXPECT_EQ(recorder_.states().back(),
            "half version 7: END, UNAVAILABLE: not yet");
  EXPECT_EQ(State(kId), std::nullopt);
}

TEST_F(BasicManagerTest, DropsAVersionThatWaitsForAThread) {
  options_.num_load_threads = 1;
  Gate busy;
  std::atomic<bool> loaded{false};
  Start();
  ASSERT_TRUE(Manage({"third", 1}, std::make_unique<FakeLoader>([&] {
                       busy.Wait();
                       return absl::OkStatus();
                     }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable({"third", 1}).ok());
  recorder_.WaitFor("third version 1: LOADING, OK");
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>([&] {
                       loaded = true;
                       return absl::OkStatus();
                     }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  EXPECT_TRUE(manager_->StopManagingServable(kId).ok());
  busy.Open();
  manager_.reset();
  EXPECT_FALSE(loaded);
  EXPECT_THAT(recorder_.states(7), ElementsAre("half version 7: START, OK",
                                               "half version 7: END, OK"));
}

TEST_F(BasicManagerTest, AVersionThatIsAnErrorEndsWithThatError) {
  Start();
  ASSERT_TRUE(
      manager_->ManageServable({kId, absl::DataLossError("a shard is gone")})
          .ok());
  EXPECT_THAT(recorder_.states(),
              ElementsAre("half version 7: END, DATA_LOSS: a shard is gone"));
  EXPECT_EQ(State(kId), LoaderHarness::State::kError);
  EXPECT_EQ(manager_->LoadServable(kId).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(manager_->StopManagingServable(kId).ok());
}

TEST_F(BasicManagerTest, RefusesAnOperationInTheWrongState) {
  Start();
  EXPECT_EQ(manager_->LoadServable(kId).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(manager_->UnloadServable(kId).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(manager_->StopManagingServable(kId).code(),
            absl::StatusCode::kNotFound);
  Load(kId);
  EXPECT_EQ(Manage(kId, std::make_unique<FakeLoader>()).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(manager_->LoadServable(kId).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(manager_->StopManagingServable(kId).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(BasicManagerTest, TheDestructorWaitsForALoadAndUnloadsIt) {
  Gate loading;
  Gate proceed;
  bool unloaded = false;
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>(
                              [&] {
                                loading.Open();
                                proceed.Wait();
                                return absl::OkStatus();
                              },
                              [&] { unloaded = true; }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  loading.Wait();
  std::thread destroyer([this] { manager_.reset(); });
  proceed.Open();
  destroyer.join();
  EXPECT_TRUE(unloaded);
  EXPECT_EQ(recorder_.states().back(), "half version 7: END, OK");
}

TEST_F(BasicManagerTest, TheDestructorWaitsForHandles) {
  std::atomic<bool> released{false};
  bool released_at_unload = false;
  Start();
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>(
                              [] { return absl::OkStatus(); },
                              [&] { released_at_unload = released; }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: AVAILABLE, OK");
  auto handle = Get(ServableRequest::Latest("half"));
  ASSERT_TRUE(handle.ok());
  std::thread destroyer([this] { manager_.reset(); });
  recorder_.WaitFor("half version 7: UNLOADING, OK");
  released = true;
  *handle = ServableHandle<FakeServable>();
  destroyer.join();
  EXPECT_TRUE(released_at_unload);
}

TEST_F(BasicManagerTest, TheDestructorCancelsWaitingLoads) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  ASSERT_TRUE(Manage({"new", 1}, std::make_unique<FakeLoader>()).ok());
  ASSERT_TRUE(Manage(kId, std::make_unique<FakeLoader>(
                              [] { return absl::UnavailableError("not yet"); }))
                  .ok());
  ASSERT_TRUE(manager_->LoadServable(kId).ok());
  recorder_.WaitFor("half version 7: LOADING, UNAVAILABLE: not yet");
  manager_.reset();
  EXPECT_EQ(recorder_.states(7).back(),
            "half version 7: END, UNAVAILABLE: not yet");
  EXPECT_EQ(recorder_.states(1).back(), "new version 1: END, OK");
}

}  // namespace
}  // namespace tfs3
