// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Failed loads, errors and awaited data of an AspiredVersionsManager.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/aspired_versions_manager_test_util.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/gate.h"

namespace tfs3 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

using AspiredVersionsManagerErrorTest = AspiredVersionsManagerTest;

TEST_F(AspiredVersionsManagerErrorTest, TheOldVersionServesWhenTheNewOneFails) {
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

TEST_F(AspiredVersionsManagerErrorTest, RetriesUntilALoadSucceeds) {
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

TEST_F(AspiredVersionsManagerErrorTest, AnUnlistedVersionIsNotRetried) {
  options_.first_load_retry_interval = absl::Hours(1);
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Aspire(1, std::make_unique<FakeLoader>(
                [] { return absl::UnavailableError("not yet"); }));
  recorder_.WaitFor("half version 1: LOADING, UNAVAILABLE: not yet");
  Aspire({});
  recorder_.WaitFor("half version 1: END, UNAVAILABLE: not yet");
}

TEST_F(AspiredVersionsManagerErrorTest,
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

TEST_F(AspiredVersionsManagerErrorTest,
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

TEST_F(AspiredVersionsManagerErrorTest,
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

TEST_F(AspiredVersionsManagerErrorTest,
       AVersionThatIsAnErrorEndsWithThatError) {
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

TEST_F(AspiredVersionsManagerErrorTest, AChangedErrorIsPublished) {
  Start();
  for (const char* const error : {"no graph", "no variables"}) {
    Versions list;
    list.emplace_back(ServableId{"half", 1}, absl::DataLossError(error));
    aspire_("half", std::move(list));
    recorder_.WaitFor(std::string("half version 1: END, DATA_LOSS: ") + error);
  }
}

TEST_F(AspiredVersionsManagerErrorTest, GoodDataAfterAnErrorIsLoaded) {
  options_.load_retry_interval = absl::Hours(1);
  Start();
  Versions list;
  list.emplace_back(ServableId{"half", 1}, absl::DataLossError("no graph"));
  aspire_("half", std::move(list));
  recorder_.WaitFor("half version 1: END, DATA_LOSS: no graph");
  Aspire({1});
  WaitForReady(1);
}

TEST_F(AspiredVersionsManagerErrorTest, AVersionWhoseDataIsAwaitedIsStarting) {
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

TEST_F(AspiredVersionsManagerErrorTest, AnAwaitedVersionEndsWhenItIsNotListed) {
  Start();
  AspireAwaited(7, "saved_model.pb is missing");
  recorder_.WaitFor(
      "half version 7: START, FAILED_PRECONDITION: saved_model.pb is missing");
  Aspire({});
  recorder_.WaitFor(
      "half version 7: END, FAILED_PRECONDITION: saved_model.pb is missing");
}

TEST_F(AspiredVersionsManagerErrorTest,
       TheOldVersionServesWhileTheNewOneIsAwaited) {
  Start();
  Aspire({6});
  recorder_.WaitFor("half version 6: AVAILABLE, OK");
  AspireAwaited(7, "saved_model.pb is missing");
  recorder_.WaitFor(
      "half version 7: START, FAILED_PRECONDITION: saved_model.pb is missing");
  EXPECT_THAT(recorder_.states(6),
              Not(Contains("half version 6: UNLOADING, OK")));
}

TEST_F(AspiredVersionsManagerErrorTest,
       TheOldVersionServesWhenTheNewOneIsAnError) {
  Start();
  Aspire({1});
  WaitForReady(1);
  Versions list;
  list.emplace_back(ServableId{"half", 2}, absl::DataLossError("no graph"));
  aspire_("half", std::move(list));
  recorder_.WaitFor("half version 2: END, DATA_LOSS: no graph");
  EXPECT_EQ((*Get())->version, 1);
}

TEST_F(AspiredVersionsManagerErrorTest,
       AnErrorOfAServingVersionDoesNotUnloadIt) {
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

}  // namespace
}  // namespace tfs3
