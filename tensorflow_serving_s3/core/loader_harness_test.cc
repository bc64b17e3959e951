// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/loader_harness.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using State = LoaderHarness::State;

const ServableId kId{"half", 7};

std::unique_ptr<LoaderHarness> NewHarness() {
  return std::make_unique<LoaderHarness>(kId, std::make_unique<FakeLoader>());
}

std::unique_ptr<LoaderHarness> LoadingHarness() {
  std::unique_ptr<LoaderHarness> harness = NewHarness();
  EXPECT_TRUE(harness->RequestLoad());
  EXPECT_TRUE(harness->ApproveLoad());
  EXPECT_TRUE(harness->StartLoading());
  return harness;
}

std::unique_ptr<LoaderHarness> ReadyHarness() {
  std::unique_ptr<LoaderHarness> harness = LoadingHarness();
  EXPECT_TRUE(harness->Load().ok());
  harness->DoneLoading();
  return harness;
}

TEST(LoaderHarnessTest, HasAllStatesInOrder) {
  std::unique_ptr<LoaderHarness> harness = NewHarness();
  EXPECT_EQ(harness->state(), State::kNew);
  ASSERT_TRUE(harness->RequestLoad());
  EXPECT_EQ(harness->state(), State::kLoadRequested);
  ASSERT_TRUE(harness->ApproveLoad());
  EXPECT_EQ(harness->state(), State::kLoadApproved);
  ASSERT_TRUE(harness->StartLoading());
  EXPECT_EQ(harness->state(), State::kLoading);
  ASSERT_TRUE(harness->Load().ok());
  harness->DoneLoading();
  EXPECT_EQ(harness->state(), State::kReady);
  ASSERT_TRUE(harness->RequestUnload());
  EXPECT_EQ(harness->state(), State::kUnloadRequested);
  State state_when_quiesced = State::kNew;
  harness->StartQuiescing([&] { state_when_quiesced = harness->state(); });
  EXPECT_EQ(state_when_quiesced, State::kQuiesced);
  harness->Unload();
  EXPECT_EQ(harness->state(), State::kUnloading);
  harness->DoneUnloading();
  EXPECT_EQ(harness->state(), State::kDisabled);
}

TEST(LoaderHarnessTest, HandlesDelayTheUnload) {
  std::unique_ptr<LoaderHarness> harness = ReadyHarness();
  std::optional<UntypedServableHandle> first = harness->Acquire();
  std::optional<UntypedServableHandle> second = harness->Acquire();
  ASSERT_TRUE(harness->RequestUnload());
  bool quiesced = false;
  harness->StartQuiescing([&] { quiesced = true; });
  first.reset();
  EXPECT_FALSE(quiesced);
  EXPECT_EQ(harness->state(), State::kQuiescing);
  second.reset();
  EXPECT_TRUE(quiesced);
  EXPECT_EQ(harness->state(), State::kQuiesced);
}

TEST(LoaderHarnessTest, AHandleReturnsTheServable) {
  std::unique_ptr<LoaderHarness> harness = ReadyHarness();
  const ServableHandle<FakeServable> handle(harness->Acquire());
  ASSERT_TRUE(handle);
  EXPECT_EQ(handle->version, 7);
  EXPECT_EQ(handle.id(), kId);
}

TEST(LoaderHarnessTest, AFailedLoadMayBeRetried) {
  std::unique_ptr<LoaderHarness> harness = LoadingHarness();
  harness->AwaitRetry(absl::UnavailableError("not yet"));
  const LoaderHarness::Snapshot waiting = harness->snapshot();
  EXPECT_EQ(waiting.state, State::kLoadApproved);
  EXPECT_EQ(waiting.status, absl::UnavailableError("not yet"));
  EXPECT_EQ(waiting.num_failed_loads, 1);
  ASSERT_TRUE(harness->StartLoading());
  ASSERT_TRUE(harness->Load().ok());
  harness->DoneLoading();
  EXPECT_EQ(harness->snapshot().status, absl::OkStatus());
}

TEST(LoaderHarnessTest, ALoadThatAwaitsResourcesIsRequestedAgain) {
  std::unique_ptr<LoaderHarness> harness = LoadingHarness();
  harness->AwaitResources(absl::ResourceExhaustedError("no room"));
  EXPECT_EQ(harness->state(), State::kLoadRequested);
  EXPECT_EQ(harness->snapshot().status,
            absl::ResourceExhaustedError("no room"));
  EXPECT_EQ(harness->snapshot().num_failed_loads, 0);
  EXPECT_TRUE(harness->ApproveLoad());
}

TEST(LoaderHarnessTest, StatesHaveTheNamesOfTensorFlowServing) {
  std::vector<std::string> names;
  for (int i = static_cast<int>(State::kNew);
       i <= static_cast<int>(State::kError); ++i) {
    names.emplace_back(HarnessStateName(static_cast<State>(i)));
  }
  EXPECT_THAT(names,
              ElementsAre("New", "LoadRequested", "LoadApproved", "Loading",
                          "Ready", "UnloadRequested", "Quiescing", "Quiesced",
                          "Unloading", "Disabled", "Error"));
}

TEST(LoaderHarnessTest, AFailedLoadMayBeFinal) {
  std::unique_ptr<LoaderHarness> harness = LoadingHarness();
  harness->Fail(absl::NotFoundError("no such bucket"));
  const LoaderHarness::Snapshot failed = harness->snapshot();
  EXPECT_EQ(failed.state, State::kError);
  EXPECT_EQ(failed.status, absl::NotFoundError("no such bucket"));
  EXPECT_EQ(failed.num_failed_loads, 1);
}

TEST(LoaderHarnessTest, AVersionWithoutALoaderStartsInError) {
  const LoaderHarness harness(kId, LoaderHarness::State::kError,
                              absl::DataLossError("a shard is gone"));
  EXPECT_EQ(harness.state(), State::kError);
  EXPECT_EQ(harness.snapshot().status, absl::DataLossError("a shard is gone"));
  EXPECT_EQ(harness.snapshot().num_failed_loads, 0);
}

TEST(LoaderHarnessTest, AVersionThatAwaitsItsDataCanOnlyBeCancelled) {
  LoaderHarness harness(kId, LoaderHarness::State::kAwaitingData,
                        absl::FailedPreconditionError("a file is missing"));
  EXPECT_EQ(harness.snapshot().status,
            absl::FailedPreconditionError("a file is missing"));
  EXPECT_FALSE(harness.RequestLoad());
  EXPECT_FALSE(harness.RequestUnload());
  EXPECT_TRUE(harness.Cancel());
  EXPECT_EQ(harness.state(), LoaderHarness::State::kDisabled);
}

TEST(LoaderHarnessTest, ACancelledLoadDoesNotStart) {
  std::unique_ptr<LoaderHarness> harness = NewHarness();
  ASSERT_TRUE(harness->RequestLoad());
  ASSERT_TRUE(harness->ApproveLoad());
  EXPECT_TRUE(harness->Cancel());
  EXPECT_EQ(harness->state(), State::kDisabled);
  EXPECT_FALSE(harness->StartLoading());
}

TEST(LoaderHarnessTest, ARunningLoadCannotBeCancelled) {
  std::unique_ptr<LoaderHarness> harness = LoadingHarness();
  EXPECT_FALSE(harness->Cancel());
  EXPECT_EQ(harness->state(), State::kLoading);
}

TEST(LoaderHarnessTest, OnlyOneUnloadRequestSucceeds) {
  std::unique_ptr<LoaderHarness> harness = ReadyHarness();
  EXPECT_TRUE(harness->RequestUnload());
  EXPECT_FALSE(harness->RequestUnload());
}

TEST(LoaderHarnessDeathTest, AWrongTransitionEndsTheProcess) {
  std::unique_ptr<LoaderHarness> harness = NewHarness();
  EXPECT_DEATH(harness->DoneLoading(),
               "half version 7 cannot become Ready: it is New, not Loading");
}

}  // namespace
}  // namespace tfs3
