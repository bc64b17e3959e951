// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/testing/server_core_test_util.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Returns the rows of the status of "half": "2 AVAILABLE", "3 START: reason".
std::vector<std::string> StatusRows(StartedCore& core) {
  std::vector<std::string> rows;
  const auto response = core->GetModelStatus(Spec("half"));
  if (!response.ok()) {
    return rows;
  }
  for (const ModelVersionStatus& row : response->model_version_status()) {
    const std::string& reason = row.status().error_message();
    rows.push_back(absl::StrCat(row.version(), " ",
                                ModelVersionStatus::State_Name(row.state()),
                                reason.empty() ? "" : ": ", reason));
  }
  return rows;
}

TEST(ServerCoreStatusTest, ServesTheVersionInTheBasePath) {
  StartedCore core(OptionsFor(BasePath({"00000123"})));
  core.WaitUntilLoaded();
  auto model = core->GetModel(Spec("half"));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->id().version, 123);
}

TEST(ServerCoreStatusTest, GetModelFindsAVersionByNumber) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  core.WaitUntilLoaded();
  EXPECT_TRUE(core->GetModel(Spec("half", 7)).ok());
  const absl::Status status = core->GetModel(Spec("half", 8)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("Servable not found for request: "
                               "Specific(half, 8); version 8 is not in "),
                    EndsWith("; available versions: 7")));
}

TEST(ServerCoreStatusTest, StatusHasTheStateOfEachVersion) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  core.WaitUntilLoaded();
  auto response = core->GetModelStatus(Spec("half"));
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->model_version_status_size(), 1);
  const ModelVersionStatus& status = response->model_version_status(0);
  EXPECT_EQ(status.version(), 7);
  EXPECT_EQ(status.state(), ModelVersionStatus::AVAILABLE);
  EXPECT_EQ(status.status().error_code(), tensorflow::error::OK);
}

TEST(ServerCoreStatusTest, StatusOfAMissingVersionIsNotFound) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  core.WaitUntilLoaded();
  const absl::Status status = core->GetModelStatus(Spec("half", 8)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              StartsWith("Could not find version 8 of model half; version 8 is "
                         "not in "));
}

TEST(ServerCoreStatusTest, StatusWithoutAModelNameIsNotFound) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  EXPECT_TRUE(absl::IsNotFound(core->GetModelStatus(Spec("")).status()));
  EXPECT_TRUE(absl::IsNotFound(core->GetModelStatus(Spec("", 7)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(core->GetModel(Spec("")).status()));
}

TEST(ServerCoreStatusTest, AnUnknownModelIsNotFound) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  const absl::Status status = core->GetModel(Spec("other")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("Servable not found for request: Latest(other)"));
}

TEST(ServerCoreStatusTest, ErrorsContainTheCauseOfAFailedLoad) {
  const std::string base_path = BasePath({"7"});
  std::filesystem::resize_file(base_path + "/7/saved_model.pb", 10);
  StartedCore core(OptionsFor(base_path));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  const absl::Status status = core->GetModel(Spec("half")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("Latest(half)"), HasSubstr(base_path)));
  auto response = core->GetModelStatus(Spec("half"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->model_version_status(0).status().error_message(),
              HasSubstr(base_path));
}

TEST(ServerCoreStatusTest, AnIncompleteVersionIsInStateStartWithTheReason) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::remove(base_path + "/2/saved_model.pb");
  StartedCore core(OptionsFor(base_path));
  core.WaitUntilLoaded();
  EXPECT_THAT(StatusRows(core),
              ElementsAre(AllOf(StartsWith("2 START: "),
                                HasSubstr("saved_model.pb is missing")),
                          "1 AVAILABLE"));
}

TEST(ServerCoreStatusTest, ForgetsAnEndedVersionWhenItsFolderIsGone) {
  const std::string base_path = BasePath({"1"});
  StartedCore core(OptionsFor(base_path));
  core.WaitUntilLoaded();
  BasePath({"2"});
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre("2 AVAILABLE", "1 END"));

  std::filesystem::remove_all(base_path + "/1");
  while (StatusRows(core).size() > 1) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_THAT(StatusRows(core), ElementsAre("2 AVAILABLE"));
}

TEST(ServerCoreStatusTest, ForgetsAFailedVersionWhenItsFolderIsGone) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::resize_file(base_path + "/2/saved_model.pb", 10);
  StartedCore core(OptionsFor(base_path));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre(StartsWith("2 END: ")));

  std::filesystem::remove_all(base_path + "/2");
  core.WaitUntilLoaded();
  EXPECT_THAT(StatusRows(core), ElementsAre("1 AVAILABLE"));
}

TEST(ServerCoreStatusTest, KeepsTheStateOfAVersionInAFormerBasePath) {
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"}))})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"2"}, "B"))})),
            absl::OkStatus());
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre("2 AVAILABLE", "1 END"));
}

TEST(ServerCoreStatusTest, KeepsTheStatesOfARemovedModel) {
  StartedCore core(OptionsFor(BasePath({"1"})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({})), absl::OkStatus());
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre("1 END"));
}

TEST(ServerCoreStatusTest, ARequestWithoutAModelNameIsInvalid) {
  StartedCore core(OptionsFor(BasePath({})));
  EXPECT_TRUE(absl::IsInvalidArgument(core->GetModel(ModelSpec()).status()));
}

TEST(ServerCoreStatusTest, AnUnknownLabelIsInvalid) {
  StartedCore core(OptionsFor(BasePath({})));
  ModelSpec spec = Spec("half");
  spec.set_version_label("stable");
  const absl::Status status = core->GetModel(spec).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"stable\""));
}

TEST(ServerCoreStatusTest, ALabelOfAnUnknownModelIsExplainedByTheModel) {
  StartedCore core(OptionsFor(BasePath({})));
  ModelSpec spec = Spec("other");
  spec.set_version_label("stable");
  EXPECT_EQ(core->GetModel(spec).status(),
            absl::InvalidArgumentError(
                "Unrecognized servable version label: stable; no model "
                "\"other\" is configured; configured models: half"));
  EXPECT_EQ(core->GetModelStatus(spec).status(),
            absl::NotFoundError(
                "Could not find any versions of model other; no model "
                "\"other\" is configured; configured models: half"));
}

TEST(ServerCoreStatusTest, AnUnknownPlatformIsInvalid) {
  ServerCore::Options options = OptionsFor("/models");
  options.config.mutable_model_config_list()
      ->mutable_config(0)
      ->set_model_platform("caffe");
  const absl::Status status = ServerCore::Create(std::move(options)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"caffe\""));
}

TEST(ServerCoreStatusTest, AModelThatDoesNotFitIntoTheMemoryLimitFails) {
  ServerCore::Options options = OptionsFor(BasePath({"1"}));
  options.total_memory_limit_bytes = 100;
  StartedCore core(std::move(options));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  const absl::Status status = core->GetModel(Spec("half")).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("100 bytes"));
}

TEST(ServerCoreStatusTest, ListModelsDropsAProblemThatIsFixed) {
  const std::string base_path = BasePath({"1"});
  std::filesystem::resize_file(base_path + "/1/saved_model.pb", 10);
  StartedCore core(OptionsFor(base_path));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(core->ListModels()[0].problem, HasSubstr("version 1: "));
  BasePath({"2"});
  core.WaitUntilLoaded();
  EXPECT_EQ(core->ListModels()[0].problem, "");
}

}  // namespace
}  // namespace tfs3
