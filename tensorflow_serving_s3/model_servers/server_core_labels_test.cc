// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/testing/server_core_test_util.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelConfig;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Returns the version that serves requests with a label; 0 if there is none.
int64_t VersionOf(StartedCore& core, const std::string& label) {
  auto model = core->GetModel(SpecWithLabel("half", label));
  return model.ok() ? model->id().version : 0;
}

TEST(ServerCoreLabelsTest,
     ALabelOfTheFirstConfigurationServesWhenItsVersionIsLoaded) {
  const ModelConfig half =
      WithAllVersions(ModelAt("half", BasePath({"1", "2"})));
  StartedCore core(OptionsFor(ConfigOf({WithLabel(half, "stable", 1)})));
  core.WaitUntilLoaded(2);
  EXPECT_EQ(VersionOf(core, "stable"), 1);
  auto status = core->GetModelStatus(SpecWithLabel("half", "stable"));
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->model_version_status(0).version(), 1);
}

TEST(ServerCoreLabelsTest, ALabelMovesToAnAvailableVersion) {
  const ModelConfig half =
      WithAllVersions(ModelAt("half", BasePath({"1", "2"})));
  StartedCore core(OptionsFor(ConfigOf({WithLabel(half, "stable", 1)})));
  core.WaitUntilLoaded(2);
  EXPECT_EQ(core.Reload(ConfigOf({WithLabel(half, "stable", 2)})),
            absl::OkStatus());
  EXPECT_EQ(VersionOf(core, "stable"), 2);
}

TEST(ServerCoreLabelsTest, ALabelCannotPointAtAMissingVersion) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  const absl::Status status = core.Reload(
      ConfigOf({WithLabel(half, "stable", 9), ModelAt("other", "/other")}));
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"stable\""), HasSubstr("version 9")));
  // The reload did not apply a part of the configuration.
  EXPECT_EQ(core->ListModels().size(), 1);
}

TEST(ServerCoreLabelsTest, ANewLabelMayPointAtAMissingVersionWithTheFlag) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  ServerCore::Options options = OptionsFor(ConfigOf({half}));
  options.allow_version_labels_for_unavailable_models = true;
  StartedCore core(std::move(options));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({WithLabel(half, "next", 9)})),
            absl::OkStatus());
  EXPECT_TRUE(
      absl::IsNotFound(core->GetModel(SpecWithLabel("half", "next")).status()));
  // The label is no longer new.
  EXPECT_TRUE(absl::IsFailedPrecondition(
      core.Reload(ConfigOf({WithLabel(half, "next", 8)}))));
}

TEST(ServerCoreLabelsTest, LabelsAreRefusedIfNotAllowed) {
  ServerCore::Options options =
      OptionsFor(ConfigOf({WithLabel(ModelAt("half", "/half"), "stable", 1)}));
  options.allow_version_labels = false;
  const absl::Status status = ServerCore::Create(std::move(options)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("--allow_version_labels"));
}

TEST(ServerCoreLabelsTest, ALabelMayPointOutsideThePolicyWithTheFlag) {
  ModelConfig half = ModelAt("half", BasePath({"1"}));
  half.mutable_model_version_policy()->mutable_specific()->add_versions(1);
  (*half.mutable_version_labels())["next"] = 2;
  ServerCore::Options refused = OptionsFor(ConfigOf({half}));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ServerCore::Create(std::move(refused)).status()));
  ServerCore::Options taken = OptionsFor(ConfigOf({half}));
  taken.allow_version_labels_for_unavailable_models = true;
  EXPECT_TRUE(ServerCore::Create(std::move(taken)).ok());
}

TEST(ServerCoreLabelsTest, IsReadyWhenEveryModelIsAvailable) {
  StartedCore core(
      OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"})),
                           ModelAt("third", BasePath({"1"}, "B"))})));
  core.WaitUntilLoaded(2);
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreLabelsTest, IsNotReadyWhileAModelIsMissing) {
  StartedCore core(OptionsFor(ConfigOf(
      {ModelAt("half", BasePath({"1"})), ModelAt("third", "/no/such/path")})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(core->IsReady());
  const auto models = core->ListModels();
  ASSERT_EQ(models.size(), 2);
  EXPECT_TRUE(models[0].available);
  EXPECT_FALSE(models[1].available);
}

TEST(ServerCoreLabelsTest, BecomesReadyWhenTheMissingModelIsRemoved) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(
      OptionsFor(ConfigOf({half, ModelAt("third", "/no/such/path")})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({half})), absl::OkStatus());
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreLabelsTest, StaysReadyWhenABadModelIsAdded) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(
      core.Reload(ConfigOf({half, ModelAt("bad", "/no/such/path")})).ok());
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreLabelsTest, IsReadyWhenTheLabelledVersionsAreAvailable) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::rename(base_path + "/2/saved_model.pb",
                          base_path + "/2/saved_model.part");
  StartedCore core(OptionsFor(ConfigOf(
      {WithLabel(WithAllVersions(ModelAt("half", base_path)), "canary", 2)})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(core->IsReady());
  EXPECT_THAT(
      core->ListModels()[0].awaited_labels,
      ElementsAre(HasSubstr("label \"canary\" points at version 2, which is "
                            "not loaded yet: ")));

  std::filesystem::rename(base_path + "/2/saved_model.part",
                          base_path + "/2/saved_model.pb");
  core.WaitUntilLoaded(2);
  EXPECT_TRUE(core->IsReady());
  EXPECT_THAT(core->ListModels()[0].awaited_labels, IsEmpty());
}

TEST(ServerCoreLabelsTest, IsNotReadyWhileALabelPointsAtAMissingVersion) {
  StartedCore core(OptionsFor(
      ConfigOf({WithLabel(ModelAt("half", BasePath({"1"})), "canary", 2)})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(core->IsReady());
}

TEST(ServerCoreLabelsTest, WithTheFlagDoesNotAwaitMissingVersionsOfLabels) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::rename(base_path + "/2/saved_model.pb",
                          base_path + "/2/saved_model.part");
  ServerCore::Options options = OptionsFor(ConfigOf({WithLabel(
      WithLabel(WithAllVersions(ModelAt("half", base_path)), "later", 9),
      "canary", 2)}));
  options.allow_version_labels_for_unavailable_models = true;
  StartedCore core(std::move(options));
  core.WaitUntilLoaded();
  // Version 2 exists, but is not complete.
  EXPECT_FALSE(core->IsReady());
  std::filesystem::rename(base_path + "/2/saved_model.part",
                          base_path + "/2/saved_model.pb");
  core.WaitUntilLoaded(2);
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreLabelsTest, BecomesReadyWhenTheLabelOfAMissingVersionIsRemoved) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({WithLabel(half, "canary", 2)})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({half})), absl::OkStatus());
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreLabelsTest, IsNotReadyWhileItStops) {
  StartedCore core(OptionsFor(BasePath({"1"})));
  core.WaitUntilLoaded();
  core->BeginStop();
  EXPECT_FALSE(core->IsReady());
  EXPECT_TRUE(core->IsStopping());
}

}  // namespace
}  // namespace tfs3
