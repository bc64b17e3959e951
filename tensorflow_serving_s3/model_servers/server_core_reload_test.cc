// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/testing/server_core_test_util.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ServerCoreReloadTest, AReloadAddsAModelAndWaitsForIt) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  EXPECT_EQ(core.Reload(ConfigOf({half, ModelAt("new", BasePath({"5"}, "B"))})),
            absl::OkStatus());
  EXPECT_TRUE(core->GetModel(Spec("new", 5)).ok());
}

TEST(ServerCoreReloadTest, CountsAppliedAndRefusedConfigurations) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  EXPECT_TRUE(core->ApplyConfig(ConfigOf({})).ok());
  // In force, though the model does not load.
  EXPECT_FALSE(core.Reload(ConfigOf({ModelAt("bad", "/no/such/path")})).ok());
  EXPECT_FALSE(core->ApplyConfig(ConfigOf({half, half})).ok());
  EXPECT_EQ(core->reload_counters()->applied, 2);
  EXPECT_EQ(core->reload_counters()->refused, 1);
}

TEST(ServerCoreReloadTest, AReloadRemovesAModel) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({})), absl::OkStatus());
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_TRUE(absl::IsNotFound(core->GetModel(Spec("half")).status()));
  EXPECT_TRUE(core->ListModels().empty());
}

TEST(ServerCoreReloadTest, AReloadMovesAModelToOtherVersions) {
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"}))})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"2"}, "B"))})),
            absl::OkStatus());
  EXPECT_EQ(core->GetModel(Spec("half"))->id().version, 2);
}

TEST(ServerCoreReloadTest,
     AReloadMovesAModelToTheSameVersionInAnotherBasePath) {
  const std::string old_path = BasePath({"1"});
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", old_path)})));
  core.WaitUntilLoaded();
  const std::string new_path = BasePath({"1"}, "B");
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", new_path)})),
            absl::OkStatus());
  EXPECT_TRUE(core->GetModel(Spec("half", 1)).ok());
}

TEST(ServerCoreReloadTest, AFailedMoveKeepsTheOldModelServing) {
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"}))})));
  core.WaitUntilLoaded();
  const std::string broken = BasePath({"1"}, "B");
  std::filesystem::resize_file(broken + "/1/saved_model.pb", 10);
  const absl::Status status = core.Reload(ConfigOf({ModelAt("half", broken)}));
  EXPECT_THAT(std::string(status.message()), HasSubstr(broken));
  EXPECT_TRUE(core->GetModel(Spec("half", 1)).ok());
  const auto models = core->ListModels();
  ASSERT_EQ(models.size(), 1);
  EXPECT_TRUE(models[0].available);
  EXPECT_THAT(models[0].problem, HasSubstr(broken));
}

TEST(ServerCoreReloadTest, AReloadReportsAMissingPathAndKeepsTheOtherModels) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  const absl::Status status =
      core.Reload(ConfigOf({half, ModelAt("bad", "/no/such/path")}));
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("bad"), HasSubstr("/no/such/path")));
  EXPECT_TRUE(core->GetModel(Spec("half")).ok());
  // A later reload works.
  EXPECT_EQ(core.Reload(ConfigOf({half})), absl::OkStatus());
}

TEST(ServerCoreReloadTest, AReloadNamesTheModelThatFailsToLoad) {
  const std::string base_path = BasePath({"1"});
  std::filesystem::resize_file(base_path + "/1/saved_model.pb", 10);
  StartedCore core(OptionsFor(ConfigOf({})));
  const absl::Status status =
      core.Reload(ConfigOf({ModelAt("half", base_path)}));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("of 1 new or changed model 1 failed to load"),
                    HasSubstr(base_path)));
}

TEST(ServerCoreReloadTest, AReloadForgetsTheErrorOfTheOldPath) {
  const std::string incomplete = BasePath({"1"});
  std::filesystem::remove(incomplete + "/1/saved_model.pb");
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", incomplete)})));
  core.WaitUntil(ServableState::ManagerState::kStart);
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"1"}, "B"))})),
            absl::OkStatus());
}

TEST(ServerCoreReloadTest, AReloadWaitsForAnIncompleteVersion) {
  const std::string incomplete = BasePath({"1"});
  std::filesystem::remove(incomplete + "/1/saved_model.pb");
  StartedCore core(OptionsFor(ConfigOf({})));
  const absl::Status status =
      core->ReloadConfig(ConfigOf({ModelAt("half", incomplete)}),
                         absl::Now() + absl::Seconds(2), nullptr);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("1 still loading: half; half version 1: "),
                    HasSubstr("saved_model.pb is missing")));
}

TEST(ServerCoreReloadTest,
     AReloadDoesNotWaitForAnIncompleteVersionIfAnotherIsComplete) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::remove(base_path + "/2/saved_model.pb");
  StartedCore core(OptionsFor(ConfigOf({})));
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", base_path)})),
            absl::OkStatus());
}

TEST(ServerCoreReloadTest, AReloadDoesNotWaitWithoutPolling) {
  ServerCore::Options options = OptionsFor(ConfigOf({}));
  options.file_system_poll_wait_seconds = -1;
  StartedCore core(std::move(options));
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", "/half")})),
            absl::OkStatus());
}

TEST(ServerCoreReloadTest, AReloadEndsAtItsDeadlineAndNamesThePendingModels) {
  StartedCore core(OptionsFor(ConfigOf({})));
  const absl::Status status =
      core->ReloadConfig(ConfigOf({ModelAt("half", BasePath({"1"}))}),
                         absl::InfinitePast(), nullptr);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 still loading: half"));
}

TEST(ServerCoreReloadTest, AReloadEndsWhenItIsCancelled) {
  StartedCore core(OptionsFor(ConfigOf({})));
  EXPECT_TRUE(absl::IsCancelled(
      core->ReloadConfig(ConfigOf({ModelAt("half", BasePath({"1"}))}),
                         absl::InfiniteFuture(), [] { return true; })));
}

TEST(ServerCoreReloadTest, AnInvalidConfigurationChangesNothing) {
  const ModelConfig half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  for (const ModelServerConfig& bad :
       {ConfigOf({ModelAt("new", "/new"), half, half}),
        ConfigOf({ModelAt("new", "relative")})}) {
    EXPECT_TRUE(absl::IsInvalidArgument(core.Reload(bad)));
    EXPECT_EQ(core->ListModels().size(), 1);
    EXPECT_TRUE(core->GetModel(Spec("half")).ok());
  }
}

// A program that is still writing the file is the usual cause.
TEST(ServerCoreReloadTest, AnEmptyConfigurationKeepsTheModels) {
  StartedCore core(OptionsFor(BasePath({"1"})));
  core.WaitUntilLoaded();
  EXPECT_TRUE(absl::IsFailedPrecondition(core.Reload(ModelServerConfig())));
  EXPECT_TRUE(core->GetModel(Spec("half")).ok());
}

TEST(ServerCoreReloadTest, StartsWithoutModelsAndAddsThemLater) {
  for (const ModelServerConfig& empty : {ModelServerConfig(), ConfigOf({})}) {
    StartedCore core(OptionsFor(empty));
    EXPECT_TRUE(core->IsReady());
    EXPECT_TRUE(core->ListModels().empty());
    EXPECT_EQ(core.Reload(empty), absl::OkStatus());
    EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"1"}))})),
              absl::OkStatus());
    EXPECT_TRUE(core->GetModel(Spec("half")).ok());
  }
}

}  // namespace
}  // namespace tfs3
