// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/version_labels.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelServerConfig;

// Returns a configuration of the model "half" with these labels.
ModelServerConfig Half(const std::map<std::string, int64_t>& labels) {
  ModelServerConfig config;
  auto* model = config.mutable_model_config_list()->add_config();
  model->set_name("half");
  for (const auto& [label, version] : labels) {
    (*model->mutable_version_labels())[label] = version;
  }
  return config;
}

bool Nothing(const ServableId& /*id*/) { return false; }

// Returns the version for a request with the label; 0 without the label.
int64_t Go(const VersionLabels& labels, const std::string& label) {
  const auto target = labels.Find("half", label);
  return target.has_value() ? target->previous.value_or(target->version) : 0;
}

TEST(VersionLabelsTest, HasNoLabelsAtFirst) {
  EXPECT_FALSE(VersionLabels().Find("half", "stable").has_value());
}

TEST(VersionLabelsTest, ALabelPointsAtItsVersion) {
  VersionLabels labels;
  labels.Assign(Half({{"stable", 7}, {"canary", 8}}), Nothing);
  EXPECT_EQ(Go(labels, "stable"), 7);
  EXPECT_EQ(Go(labels, "canary"), 8);
  EXPECT_FALSE(labels.Find("other", "stable").has_value());
}

TEST(VersionLabelsTest, AssignRemovesOtherLabels) {
  VersionLabels labels;
  labels.Assign(Half({{"stable", 7}}), Nothing);
  labels.Assign(Half({}), Nothing);
  EXPECT_FALSE(labels.Find("half", "stable").has_value());
}

TEST(VersionLabelsTest,
     AMovedLabelKeepsThePreviousVersionUntilTheNewOneIsAvailable) {
  VersionLabels labels;
  labels.Assign(Half({{"stable", 7}}), Nothing);
  labels.VersionIsAvailable({"half", 7});
  labels.Assign(Half({{"stable", 8}}), Nothing);
  EXPECT_EQ(Go(labels, "stable"), 7);
  labels.VersionIsAvailable({"half", 8});
  EXPECT_EQ(Go(labels, "stable"), 8);
}

TEST(VersionLabelsTest, ALabelMovesImmediatelyToAnAvailableVersion) {
  VersionLabels labels;
  labels.Assign(Half({{"stable", 7}}), Nothing);
  labels.Assign(Half({{"stable", 8}}),
                [](const ServableId& id) { return id.version == 8; });
  EXPECT_EQ(Go(labels, "stable"), 8);
}

TEST(VersionLabelsTest,
     ALabelThatMovesTwiceKeepsTheFirstVersionUntilTheLastIsAvailable) {
  VersionLabels labels;
  labels.Assign(Half({{"stable", 7}}), Nothing);
  labels.Assign(Half({{"stable", 8}}), Nothing);
  labels.Assign(Half({{"stable", 9}}), Nothing);
  labels.VersionIsAvailable({"half", 8});
  EXPECT_EQ(Go(labels, "stable"), 7);
  labels.VersionIsAvailable({"half", 9});
  EXPECT_EQ(Go(labels, "stable"), 9);
}

TEST(VersionLabelsTest, AssigningTheSameLabelsDoesNotEndAMove) {
  VersionLabels labels;
  labels.Assign(Half({{"stable", 7}}), Nothing);
  labels.Assign(Half({{"stable", 8}}), Nothing);
  labels.Assign(Half({{"stable", 8}}), Nothing);
  EXPECT_EQ(Go(labels, "stable"), 7);
}

}  // namespace
}  // namespace tfs3
