// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The next action of both policies in the same situations.

#include "tensorflow_serving_s3/core/aspired_version_policy.h"

#include <cstdint>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/aspired_version_policies.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"

namespace tfs3 {
namespace {

using State = LoaderHarness::State;

struct Version {
  int64_t number;
  State state;
  bool aspired;
};

struct Case {
  std::string name;
  std::vector<Version> versions;
  // "load 3", "unload 1" or "nothing"
  std::string availability_preserving;
  std::string resource_preserving;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

std::string NextAction(const AspiredVersionPolicy& policy, const Case& c) {
  std::vector<AspiredServableStateSnapshot> versions;
  for (const Version& version : c.versions) {
    versions.push_back(
        {{"half", version.number}, version.state, version.aspired});
  }
  const std::optional<AspiredVersionPolicy::ServableAction> action =
      policy.GetNextAction(versions);
  if (!action.has_value()) {
    return "nothing";
  }
  const bool loads = action->action == AspiredVersionPolicy::Action::kLoad;
  return (loads ? "load " : "unload ") + std::to_string(action->id.version);
}

class AspiredVersionPolicyTest : public ::testing::TestWithParam<Case> {};

TEST_P(AspiredVersionPolicyTest, ReturnsTheNextAction) {
  EXPECT_EQ(NextAction(AvailabilityPreservingPolicy(), GetParam()),
            GetParam().availability_preserving);
  EXPECT_EQ(NextAction(ResourcePreservingPolicy(), GetParam()),
            GetParam().resource_preserving);
}

INSTANTIATE_TEST_SUITE_P(
    All, AspiredVersionPolicyTest,
    ::testing::Values(
        Case{"NoVersions", {}, "nothing", "nothing"},
        Case{"TwoNew",
             {{1, State::kNew, true}, {2, State::kNew, true}},
             "load 2",
             "load 2"},
        Case{"NewBesideLoading",
             {{1, State::kNew, true}, {2, State::kLoading, true}},
             "load 1",
             "load 1"},
        Case{"NewNotAspired", {{1, State::kNew, false}}, "nothing", "nothing"},
        Case{"ReadyNotAspiredAndNew",
             {{1, State::kReady, false}, {2, State::kNew, true}},
             "load 2",
             "unload 1"},
        Case{"ReadyNotAspiredAndLoading",
             {{1, State::kReady, false}, {2, State::kLoading, true}},
             "nothing",
             "unload 1"},
        Case{"ReadyNotAspiredAndFailed",
             {{1, State::kReady, false}, {2, State::kError, true}},
             "nothing",
             "unload 1"},
        Case{"ReadyNotAspiredAndReady",
             {{1, State::kReady, false}, {2, State::kReady, true}},
             "unload 1",
             "unload 1"},
        Case{"ReadyNotAspiredAndReadyAndNew",
             {{1, State::kReady, false},
              {2, State::kReady, true},
              {3, State::kNew, true}},
             "unload 1",
             "unload 1"},
        Case{"TwoReadyNotAspiredAndNew",
             {{2, State::kReady, false},
              {1, State::kReady, false},
              {3, State::kNew, true}},
             "unload 1",
             "unload 1"},
        Case{"ReadyNotAspired",
             {{1, State::kReady, false}},
             "unload 1",
             "unload 1"},
        Case{"QuiescingAndReady",
             {{1, State::kQuiescing, false}, {2, State::kReady, true}},
             "nothing",
             "nothing"},
        Case{"QuiescingAndReadyNotAspiredAndNew",
             {{1, State::kQuiescing, false},
              {2, State::kReady, false},
              {3, State::kNew, true}},
             "load 3",
             "unload 2"},
        Case{"UnloadingAndNew",
             {{1, State::kUnloading, false}, {2, State::kNew, true}},
             "load 2",
             "nothing"},
        Case{"QuiescedButAspiredAndNew",
             {{1, State::kQuiesced, true}, {2, State::kNew, true}},
             "load 2",
             "nothing"},
        Case{"LoadingNotAspiredAndNew",
             {{1, State::kLoading, false}, {2, State::kNew, true}},
             "load 2",
             "nothing"},
        Case{"DisabledAndFailedNotAspiredAndNew",
             {{1, State::kDisabled, false},
              {2, State::kError, false},
              {3, State::kNew, true}},
             "load 3",
             "load 3"},
        Case{"ReadyAndNew",
             {{1, State::kReady, true}, {2, State::kNew, true}},
             "load 2",
             "load 2"},
        Case{"Ready", {{1, State::kReady, true}}, "nothing", "nothing"}),
    [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(ServableActionTest, PrintsAnAction) {
  std::ostringstream out;
  out << AspiredVersionPolicy::ServableAction{
      AspiredVersionPolicy::Action::kUnload, {"half", 7}};
  EXPECT_EQ(out.str(), "unload half version 7");
}

TEST(AspiredVersionPoliciesTest, CreatesEachPolicyByItsName) {
  for (const NamedAspiredVersionPolicy& policy : AspiredVersionPolicies()) {
    EXPECT_NE(CreateAspiredVersionPolicy(policy.name), nullptr) << policy.name;
  }
  EXPECT_TRUE(CreateAspiredVersionPolicy("availability_preserving")
                  ->LoadsBesideOldData());
  EXPECT_FALSE(
      CreateAspiredVersionPolicy("resource_preserving")->LoadsBesideOldData());
  EXPECT_EQ(CreateAspiredVersionPolicy("none"), nullptr);
}

}  // namespace
}  // namespace tfs3
