// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/managed_versions.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"

namespace tfs3 {
namespace {

using Harness = ManagedVersions::Harness;
using Role = ManagedVersions::Role;
using State = LoaderHarness::State;

const ServableId kId = {"half", 1};

Harness MakeHarness() {
  return std::make_shared<LoaderHarness>(kId, std::make_unique<FakeLoader>());
}

void StartLoading(LoaderHarness& harness) {
  ASSERT_TRUE(harness.RequestLoad() && harness.ApproveLoad() &&
              harness.StartLoading());
}

void Load(LoaderHarness& harness) {
  StartLoading(harness);
  ASSERT_TRUE(harness.Load().ok());
  harness.DoneLoading();
}

// One version, half 1, in kReady.
class ManagedVersionsTest : public ::testing::Test {
 protected:
  ManagedVersionsTest() {
    Load(*current_);
    EXPECT_TRUE(versions_.Add(current_).ok());
  }

  const Harness current_ = MakeHarness();
  ManagedVersions versions_;
};

TEST_F(ManagedVersionsTest, FindsWhatWasAdded) {
  EXPECT_EQ(versions_.Find(kId), current_);
  EXPECT_EQ(versions_.Find({"half", 2}), nullptr);
  EXPECT_EQ(versions_.RoleOf(*current_), Role::kCurrent);
  EXPECT_EQ(versions_.Add(MakeHarness()).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(ManagedVersionsTest, AFinishedReplacementIsCurrent) {
  const Harness replacement = MakeHarness();
  ASSERT_TRUE(versions_.AddReplacement(replacement).ok());
  EXPECT_EQ(versions_.RoleOf(*replacement), Role::kReplacement);
  EXPECT_TRUE(versions_.Snapshots("half")[0].replacement.has_value());

  EXPECT_EQ(versions_.FinishReplacement(replacement), current_);
  EXPECT_EQ(current_->state(), State::kUnloadRequested);
  EXPECT_EQ(versions_.Find(kId), replacement);
  EXPECT_EQ(versions_.RoleOf(*replacement), Role::kCurrent);
  EXPECT_EQ(versions_.RoleOf(*current_), Role::kDetached);
  EXPECT_FALSE(versions_.Snapshots("half")[0].replacement.has_value());
}

TEST_F(ManagedVersionsTest, RefusesASecondReplacementUntilTheFirstHasFailed) {
  const Harness first = MakeHarness();
  ASSERT_TRUE(versions_.AddReplacement(first).ok());
  EXPECT_EQ(versions_.AddReplacement(MakeHarness()).code(),
            absl::StatusCode::kFailedPrecondition);
  StartLoading(*first);
  first->Fail(absl::UnavailableError("no response"));
  EXPECT_TRUE(versions_.AddReplacement(MakeHarness()).ok());
}

TEST_F(ManagedVersionsTest, ACancelledReplacementDepartsOnlyDuringItsLoad) {
  const Harness waiting = MakeHarness();
  ASSERT_TRUE(versions_.AddReplacement(waiting).ok());
  EXPECT_EQ(versions_.CancelReplacement(kId).value(), waiting);
  EXPECT_EQ(waiting->state(), State::kDisabled);

  const Harness loading = MakeHarness();
  ASSERT_TRUE(versions_.AddReplacement(loading).ok());
  StartLoading(*loading);
  EXPECT_EQ(versions_.CancelReplacement(kId).value(), loading);
  EXPECT_EQ(versions_.CancelReplacement(kId).status().code(),
            absl::StatusCode::kNotFound);
  versions_.Remove(kId);
  EXPECT_EQ(versions_.WaitUntilEmpty(absl::ZeroDuration()),
            std::vector<std::string>{"half version 1 (Loading)"});
  versions_.RemoveDetached(loading);
  EXPECT_TRUE(versions_.WaitUntilEmpty(absl::ZeroDuration()).empty());
}

TEST_F(ManagedVersionsTest, AnUnloadCancelsTheReplacement) {
  const Harness replacement = MakeHarness();
  ASSERT_TRUE(versions_.AddReplacement(replacement).ok());
  const auto unload = versions_.RequestUnload(kId);
  ASSERT_TRUE(unload.ok());
  EXPECT_EQ(unload->harness, current_);
  EXPECT_EQ(unload->cancelled_replacement, replacement);
  EXPECT_EQ(versions_.RequestUnload(kId).status(),
            absl::FailedPreconditionError(
                "Only a version in state Ready can be unloaded; half version "
                "1 is in state UnloadRequested"));
}

TEST_F(ManagedVersionsTest, ContinuesWithTheReplacementAfterAnUnload) {
  const Harness replacement = MakeHarness();
  ASSERT_TRUE(versions_.AddReplacement(replacement).ok());
  versions_.ContinueWithReplacement(kId);
  EXPECT_EQ(versions_.Find(kId), replacement);
  EXPECT_EQ(versions_.FindReplacement(kId), nullptr);
}

TEST_F(ManagedVersionsTest, OnlyAVersionThatIsNotLoadedCanBeCancelled) {
  EXPECT_EQ(versions_.CancelLoad(kId).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(versions_.CancelLoad({"half", 2}).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tfs3
