// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_state.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

TEST(ServableStateTest, StatesHaveTheNamesOfTheStatusApi) {
  EXPECT_EQ(ManagerStateName(ManagerState::kStart), "START");
  EXPECT_EQ(ManagerStateName(ManagerState::kLoading), "LOADING");
  EXPECT_EQ(ManagerStateName(ManagerState::kAvailable), "AVAILABLE");
  EXPECT_EQ(ManagerStateName(ManagerState::kUnloading), "UNLOADING");
  EXPECT_EQ(ManagerStateName(ManagerState::kEnd), "END");
}

TEST(ServableStateTest, PrintsVersionStateAndHealth) {
  const ServableState state{
      {"half", 7}, ManagerState::kEnd, absl::NotFoundError("no such bucket")};
  EXPECT_EQ(state.DebugString(),
            "half version 7: END, NOT_FOUND: no such bucket");
}

TEST(ServableStateTest, ComparesByIdStateAndHealth) {
  const ServableState state{{"half", 7}, ManagerState::kEnd, absl::OkStatus()};
  ServableState other = state;
  EXPECT_EQ(state, other);
  other.health = absl::NotFoundError("no such bucket");
  EXPECT_NE(state, other);
}

}  // namespace
}  // namespace tfs3
