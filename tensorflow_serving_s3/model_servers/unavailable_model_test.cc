// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/unavailable_model.h"

#include <functional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

// Model "half" in s3://models/half, in which nothing has been found.
UnavailableModel Half() {
  UnavailableModel model;
  model.name = "half";
  model.is_configured = true;
  model.configured_models = {"half", "third"};
  model.base_path = "s3://models/half";
  model.found.emplace();
  return model;
}

// Adds an existing version, aspired by default.
void Add(UnavailableModel& model, int64_t version, ManagerState state,
         const absl::Status& health = absl::OkStatus(),
         bool is_aspired = true) {
  model.found->insert(version);
  if (is_aspired) {
    model.aspired.insert(version);
  }
  model.states[version] = {ServableState{{model.name, version}, state, health},
                           absl::Now()};
}

struct Situation {
  std::string name;
  std::function<std::string(UnavailableModel)> ask;
  std::function<void(UnavailableModel&)> change;
  std::string advice;
};

void PrintTo(const Situation& situation, std::ostream* out) {
  *out << situation.name;
}

std::string WhyAny(const UnavailableModel& model) {
  return ExplainNoVersion(model);
}
std::string WhyVersion2(const UnavailableModel& model) {
  return ExplainUnavailableVersion(model, 2, "");
}
std::string WhyLabelOfVersion2(const UnavailableModel& model) {
  return ExplainUnavailableVersion(model, 2, "canary");
}
std::string WhyLabel(const UnavailableModel& model) {
  return ExplainUnavailableLabel(model, "stable");
}

class UnavailableModelTest : public ::testing::TestWithParam<Situation> {};

TEST_P(UnavailableModelTest, ExplainsTheSituation) {
  UnavailableModel model = Half();
  GetParam().change(model);
  EXPECT_EQ(GetParam().ask(model), GetParam().advice);
}

void Remove(UnavailableModel& model) {
  model.is_configured = false;
  model.configured_models = {"third"};
}

void Nothing(UnavailableModel& /*model*/) {}

INSTANTIATE_TEST_SUITE_P(
    Situations, UnavailableModelTest,
    ::testing::Values(
        Situation{"AnUnknownModel", WhyAny, Remove,
                  "no model \"half\" is configured; configured models: third"},
        Situation{"AVersionOfAnUnknownModel", WhyVersion2, Remove,
                  "no model \"half\" is configured; configured models: third"},
        Situation{"ALabelOfAnUnknownModel", WhyLabel, Remove,
                  "no model \"half\" is configured; configured models: third"},
        Situation{"NoModelAtAll", WhyAny,
                  [](UnavailableModel& model) {
                    Remove(model);
                    model.configured_models.clear();
                  },
                  "no model \"half\" is configured; configured models: none"},
        Situation{"ARemovedModel", WhyAny,
                  [](UnavailableModel& model) {
                    Add(model, 1, ManagerState::kEnd);
                    Remove(model);
                  },
                  "model \"half\" was removed from the configuration; "
                  "configured models: third"},

        Situation{"NotPolledYet", WhyAny,
                  [](UnavailableModel& model) {
                    model.found.reset();
                    model.polled = absl::UnavailableError("not polled yet");
                  },
                  "not polled yet"},
        Situation{"AListingThatFails", WhyVersion2,
                  [](UnavailableModel& model) {
                    model.found.reset();
                    model.polled = absl::PermissionDeniedError("403");
                  },
                  "version 2 is not known: 403"},
        Situation{"NoVersionFolder", WhyAny,
                  [](UnavailableModel& model) {
                    model.polled = absl::NotFoundError("no versions found");
                  },
                  "no versions found"},
        Situation{"AnIncompleteVersion", WhyAny,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kStart,
                        absl::FailedPreconditionError("it is not complete"));
                  },
                  "version 2 is not loaded yet: it is not complete"},
        Situation{"AModelThatIsLoading", WhyAny,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kLoading);
                  },
                  "version 2 is being loaded; send the request again when its "
                  "state is AVAILABLE"},
        Situation{"AFoundVersionWithoutAState", WhyAny,
                  [](UnavailableModel& model) {
                    model.found->insert(2);
                    model.aspired.insert(2);
                  },
                  "its versions wait to be loaded; send the request again when "
                  "one is AVAILABLE"},
        Situation{
            "SeveralVersions", WhyAny,
            [](UnavailableModel& model) {
              Add(model, 1, ManagerState::kEnd, absl::OkStatus(), false);
              Add(model, 2, ManagerState::kLoading,
                  absl::DataLossError("damaged"));
              Add(model, 3, ManagerState::kStart);
            },
            "version 3 waits to be loaded; send the request again when "
            "its state is AVAILABLE; version 2 is not loaded yet, and the "
            "server tries again: damaged"},
        Situation{"AVersionThatFailed", WhyAny,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kEnd,
                        absl::DataLossError("damaged"));
                  },
                  "version 2 failed to load: damaged"},
        Situation{"ThePolicyNamesAMissingVersion", WhyAny,
                  [](UnavailableModel& model) {
                    model.polled = absl::NotFoundError("5 is not there");
                  },
                  "5 is not there"},

        Situation{"AMissingVersion", WhyVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 3, ManagerState::kAvailable);
                    Add(model, 1, ManagerState::kAvailable);
                  },
                  "version 2 is not in s3://models/half; available versions: "
                  "3, 1"},
        Situation{"AVersionThatThePolicyExcludes", WhyVersion2,
                  [](UnavailableModel& model) {
                    model.found->insert(2);
                    Add(model, 3, ManagerState::kAvailable);
                  },
                  "version 2 is in s3://models/half, but the "
                  "model_version_policy of the model excludes it; "
                  "available versions: 3"},
        Situation{"AVersionBetweenPollAndLoad", WhyVersion2,
                  [](UnavailableModel& model) {
                    model.found->insert(2);
                    model.aspired.insert(2);
                  },
                  "version 2 waits to be loaded; send the request again when "
                  "its state is AVAILABLE"},
        Situation{"AVersionThatIsBeingUnloaded", WhyVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kUnloading);
                  },
                  "version 2 is being unloaded; no version of it is available"},
        Situation{"AnUnloadedVersion", WhyVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kEnd, absl::OkStatus(), false);
                    Add(model, 3, ManagerState::kAvailable);
                  },
                  "version 2 was unloaded; available versions: 3"},
        Situation{"AVersionThatFailedEarlier", WhyVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kEnd,
                        absl::DataLossError("damaged"), false);
                  },
                  "version 2 failed to load earlier: damaged"},
        Situation{"AVersionThatHasJustBecomeAvailable", WhyVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kAvailable);
                  },
                  "version 2 is available now; send the request again"},

        Situation{"ALabelOfALoadingVersion", WhyLabelOfVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kLoading);
                  },
                  "label \"canary\" points at version 2, which is being "
                  "loaded; send the request again when its state is AVAILABLE"},
        Situation{"ALabelOfAFailedVersion", WhyLabelOfVersion2,
                  [](UnavailableModel& model) {
                    Add(model, 2, ManagerState::kEnd,
                        absl::DataLossError("damaged"));
                  },
                  "label \"canary\" points at version 2, which failed to load: "
                  "damaged"},
        Situation{"ALabelOfAnExcludedVersion", WhyLabelOfVersion2,
                  [](UnavailableModel& model) { model.found->insert(2); },
                  "label \"canary\" points at version 2, which is in "
                  "s3://models/half, but the model_version_policy of the model "
                  "excludes it; no version of it is available"},
        Situation{"ALabelOfAMissingVersion", WhyLabelOfVersion2, Nothing,
                  "label \"canary\" points at version 2, which is not in "
                  "s3://models/half; no version of it is available"},
        Situation{"AnUnknownLabel", WhyLabel,
                  [](UnavailableModel& model) {
                    model.labels = {{"canary", 2}, {"old", 1}};
                  },
                  "model \"half\" has no label \"stable\"; its labels: canary, "
                  "old"},
        Situation{
            "AModelWithoutLabels", WhyLabel, Nothing,
            "model \"half\" has no label \"stable\"; it has no labels; add "
            "version_labels to its configuration, or request a version "
            "by its number, or no version"}),
    [](const auto& info) { return info.param.name; });

TEST(NamesOfTest, NamesTheFirstTen) {
  EXPECT_EQ(NamesOf({}), "none");
  EXPECT_EQ(NamesOf({"a", "b"}), "a, b");
  EXPECT_EQ(NamesOf(std::vector<std::string>(12, "x")),
            "x, x, x, x, x, x, x, x, x, x and 2 more");
}

}  // namespace
}  // namespace tfs3
