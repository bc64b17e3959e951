// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/resource_preserving_policy.h"

#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/loader_harness.h"

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
  std::string action;  // "load 3", "unload 1" or "nothing"
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

class ResourcePreservingPolicyTest : public ::testing::TestWithParam<Case> {};

TEST_P(ResourcePreservingPolicyTest, Decides) {
  std::vector<AspiredServableStateSnapshot> versions;
  for (const Version& version : GetParam().versions) {
    versions.push_back(
        {{"half", version.number}, version.state, version.aspired});
  }
  const std::optional<AspiredVersionPolicy::ServableAction> action =
      ResourcePreservingPolicy().GetNextAction(versions);
  std::ostringstream decision;
  if (action.has_value()) {
    decision << *action;
  } else {
    decision << "nothing";
  }
  EXPECT_EQ(decision.str(), GetParam().action);
}

INSTANTIATE_TEST_SUITE_P(
    All, ResourcePreservingPolicyTest,
    ::testing::Values(
        Case{"NothingThere", {}, "nothing"},
        Case{"HighestNewFirst",
             {{1, State::kNew, true}, {2, State::kNew, true}},
             "load half version 2"},
        Case{"NextNewWhileAnAspiredOneLoads",
             {{1, State::kNew, true}, {2, State::kLoading, true}},
             "load half version 1"},
        Case{"NewThatIsNotAspiredIsNotLoaded",
             {{1, State::kNew, false}},
             "nothing"},
        Case{"OldGoesBeforeTheNewIsLoaded",
             {{1, State::kReady, false}, {2, State::kNew, true}},
             "unload half version 1"},
        Case{"LowestOfSeveralOldGoesFirst",
             {{2, State::kReady, false},
              {1, State::kReady, false},
              {3, State::kNew, true}},
             "unload half version 1"},
        Case{"NextOldGoesWhileTheFirstLeaves",
             {{1, State::kQuiescing, false},
              {2, State::kReady, false},
              {3, State::kNew, true}},
             "unload half version 2"},
        Case{"NewWaitsWhileTheOldLeaves",
             {{1, State::kUnloading, false}, {2, State::kNew, true}},
             "nothing"},
        Case{"NewWaitsForAnAspiredOneThatLeaves",
             {{1, State::kQuiesced, true}, {2, State::kNew, true}},
             "nothing"},
        Case{"NewWaitsWhileAnOldOneLoads",
             {{1, State::kLoading, false}, {2, State::kNew, true}},
             "nothing"},
        Case{"OldThatIsGoneHoldsNothingUp",
             {{1, State::kDisabled, false},
              {2, State::kError, false},
              {3, State::kNew, true}},
             "load half version 3"},
        Case{"AspiredReadyStaysBesideTheNew",
             {{1, State::kReady, true}, {2, State::kNew, true}},
             "load half version 2"},
        Case{"LastOldGoesWhenNothingIsAspired",
             {{1, State::kReady, false}},
             "unload half version 1"}),
    [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; });

}  // namespace
}  // namespace tfs3
