// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_core.h"

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A base path of this test's own, with half_plus_three as each of `versions`.
std::string BasePath(const std::vector<std::string>& versions,
                     const std::string& suffix = "") {
  const std::string name =
      ::testing::UnitTest::GetInstance()->current_test_info()->name() + suffix;
  const std::string base_path = ::testing::TempDir() + "/" + name;
  std::filesystem::create_directories(base_path);
  for (const std::string& version : versions) {
    CopyTestModel("half_plus_three", name + "/" + version);
  }
  return base_path;
}

using Config = ::tensorflow::serving::ModelServerConfig;
using Model = ::tensorflow::serving::ModelConfig;

Model ModelAt(const std::string& name, const std::string& base_path) {
  Model model;
  model.set_name(name);
  model.set_base_path(base_path);
  return model;
}

Model WithLabel(Model model, const std::string& label, int64_t version) {
  (*model.mutable_version_labels())[label] = version;
  return model;
}

// With its versions 1 and 2 both wanted.
Model WithBothVersions(Model model) {
  model.mutable_model_version_policy()->mutable_all();
  return model;
}

Config ConfigOf(const std::vector<Model>& models) {
  Config config;
  config.mutable_model_config_list();
  for (const Model& model : models) {
    *config.mutable_model_config_list()->add_config() = model;
  }
  return config;
}

ServerCore::Options OptionsFor(const Config& config) {
  ServerCore::Options options;
  options.config = config;
  options.max_num_load_retries = 0;
  return options;
}

ServerCore::Options OptionsFor(const std::string& base_path) {
  return OptionsFor(ConfigOf({ModelAt("half", base_path)}));
}

ModelSpec Spec(const std::string& name) {
  ModelSpec spec;
  spec.set_name(name);
  return spec;
}

ModelSpec Spec(const std::string& name, int64_t version) {
  ModelSpec spec = Spec(name);
  spec.mutable_version()->set_value(version);
  return spec;
}

// A started core that tells when its models change their states.
class StartedCore {
 public:
  explicit StartedCore(ServerCore::Options options)
      : core_(ServerCore::Create(std::move(options)).value()) {
    subscription_ = core_->servable_event_bus()->Subscribe(
        [this](const ServableState& state) {
          std::lock_guard<std::mutex> lock(mu_);
          last_ = state;
          if (state.manager_state == ServableState::ManagerState::kAvailable) {
            ++num_loaded_;
          }
          changed_.notify_all();
        });
    core_->Start();
  }

  void WaitUntil(ServableState::ManagerState goal) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] { return last_.manager_state == goal; });
  }

  void WaitUntilLoaded() { WaitUntil(ServableState::ManagerState::kAvailable); }

  // Waits until so many versions have become available in all.
  void WaitUntilLoaded(int count) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] { return num_loaded_ >= count; });
  }

  absl::Status Reload(const Config& config) {
    return core_->ReloadConfig(config, absl::InfiniteFuture(), nullptr);
  }

  ServerCore* operator->() { return core_.get(); }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  ServableState last_;
  int num_loaded_ = 0;
  std::unique_ptr<ServerCore> core_;
  std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

TEST(ServerCoreTest, ServesTheVersionInTheBasePath) {
  StartedCore core(OptionsFor(BasePath({"00000123"})));
  core.WaitUntilLoaded();
  auto model = core->GetModel(Spec("half"));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->id().version, 123);
}

TEST(ServerCoreTest, AVersionCanBeAskedForByNumber) {
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

TEST(ServerCoreTest, StatusTellsTheStateOfEachVersion) {
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

TEST(ServerCoreTest, StatusOfAVersionThatIsNotThere) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  core.WaitUntilLoaded();
  const absl::Status status = core->GetModelStatus(Spec("half", 8)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              StartsWith("Could not find version 8 of model half; version 8 is "
                         "not in "));
}

TEST(ServerCoreTest, StatusOfAModelWithoutANameIsNotFound) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  EXPECT_TRUE(absl::IsNotFound(core->GetModelStatus(Spec("")).status()));
  EXPECT_TRUE(absl::IsNotFound(core->GetModelStatus(Spec("", 7)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(core->GetModel(Spec("")).status()));
}

TEST(ServerCoreTest, AModelThatIsNotConfiguredIsNotFound) {
  StartedCore core(OptionsFor(BasePath({"7"})));
  const absl::Status status = core->GetModel(Spec("other")).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("Servable not found for request: Latest(other)"));
}

TEST(ServerCoreTest, AVersionThatDoesNotLoadSaysWhy) {
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

// The rows of the status of "half": "2 AVAILABLE", "3 START: reason".
std::vector<std::string> StatusRows(StartedCore& core) {
  std::vector<std::string> rows;
  const auto response = core->GetModelStatus(Spec("half"));
  if (!response.ok()) return rows;
  for (const ModelVersionStatus& row : response->model_version_status()) {
    const std::string& reason = row.status().error_message();
    rows.push_back(absl::StrCat(row.version(), " ",
                                ModelVersionStatus::State_Name(row.state()),
                                reason.empty() ? "" : ": ", reason));
  }
  return rows;
}

TEST(ServerCoreTest, AVersionThatIsBeingUploadedIsStartWithTheReason) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::remove(base_path + "/2/saved_model.pb");
  StartedCore core(OptionsFor(base_path));
  core.WaitUntilLoaded();
  EXPECT_THAT(StatusRows(core),
              ElementsAre(AllOf(StartsWith("2 START: "),
                                HasSubstr("saved_model.pb is missing")),
                          "1 AVAILABLE"));
}

TEST(ServerCoreTest, ForgetsAnEndedVersionWhenItsFolderIsGone) {
  const std::string base_path = BasePath({"1"});
  StartedCore core(OptionsFor(base_path));
  core.WaitUntilLoaded();
  BasePath({"2"});
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre("2 AVAILABLE", "1 END"));

  std::filesystem::remove_all(base_path + "/1");
  while (StatusRows(core).size() > 1) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_THAT(StatusRows(core), ElementsAre("2 AVAILABLE"));
}

TEST(ServerCoreTest, ForgetsAFailedVersionWhenItsFolderIsGone) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::resize_file(base_path + "/2/saved_model.pb", 10);
  StartedCore core(OptionsFor(base_path));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre(StartsWith("2 END: ")));

  std::filesystem::remove_all(base_path + "/2");
  core.WaitUntilLoaded();
  EXPECT_THAT(StatusRows(core), ElementsAre("1 AVAILABLE"));
}

TEST(ServerCoreTest, KeepsTheEndOfAVersionFromABasePathThatWasLeft) {
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"}))})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"2"}, "B"))})),
            absl::OkStatus());
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre("2 AVAILABLE", "1 END"));
}

TEST(ServerCoreTest, KeepsTheEndOfAModelThatWasTakenOutOfTheConfiguration) {
  StartedCore core(OptionsFor(BasePath({"1"})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({})), absl::OkStatus());
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(StatusRows(core), ElementsAre("1 END"));
}

TEST(ServerCoreTest, ARequestWithoutAModelNameIsInvalid) {
  StartedCore core(OptionsFor(BasePath({})));
  EXPECT_TRUE(absl::IsInvalidArgument(core->GetModel(ModelSpec()).status()));
}

TEST(ServerCoreTest, ALabelThatTheModelDoesNotHaveIsInvalid) {
  StartedCore core(OptionsFor(BasePath({})));
  ModelSpec spec = Spec("half");
  spec.set_version_label("stable");
  const absl::Status status = core->GetModel(spec).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"stable\""));
}

TEST(ServerCoreTest, ALabelOfAnUnknownModelGetsNoAdviceAboutVersions) {
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

TEST(ServerCoreTest, AnUnknownPlatformIsInvalid) {
  ServerCore::Options options = OptionsFor("/models");
  options.config.mutable_model_config_list()
      ->mutable_config(0)
      ->set_model_platform("caffe");
  const absl::Status status = ServerCore::Create(std::move(options)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"caffe\""));
}

// Versions:

ModelSpec Labelled(const std::string& name, const std::string& label) {
  ModelSpec spec = Spec(name);
  spec.set_version_label(label);
  return spec;
}

// The version that a label leads to; 0 if it leads to none.
int64_t VersionOf(StartedCore& core, const std::string& label) {
  auto model = core->GetModel(Labelled("half", label));
  return model.ok() ? model->id().version : 0;
}

TEST(ServerCoreTest, ALabelOfTheFirstConfigurationServesWhenItsVersionDoes) {
  const Model half = WithBothVersions(ModelAt("half", BasePath({"1", "2"})));
  StartedCore core(OptionsFor(ConfigOf({WithLabel(half, "stable", 1)})));
  core.WaitUntilLoaded(2);
  EXPECT_EQ(VersionOf(core, "stable"), 1);
  auto status = core->GetModelStatus(Labelled("half", "stable"));
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->model_version_status(0).version(), 1);
}

TEST(ServerCoreTest, ALabelMovesToAnAvailableVersion) {
  const Model half = WithBothVersions(ModelAt("half", BasePath({"1", "2"})));
  StartedCore core(OptionsFor(ConfigOf({WithLabel(half, "stable", 1)})));
  core.WaitUntilLoaded(2);
  EXPECT_EQ(core.Reload(ConfigOf({WithLabel(half, "stable", 2)})),
            absl::OkStatus());
  EXPECT_EQ(VersionOf(core, "stable"), 2);
}

TEST(ServerCoreTest, ALabelCannotPointAtAMissingVersion) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  const absl::Status status = core.Reload(
      ConfigOf({WithLabel(half, "stable", 9), ModelAt("other", "/other")}));
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"stable\""), HasSubstr("version 9")));
  // Applied whole or not at all.
  EXPECT_EQ(core->ListModels().size(), 1);
}

TEST(ServerCoreTest, ANewLabelMayPointAtAMissingVersionWithTheFlag) {
  const Model half = ModelAt("half", BasePath({"1"}));
  ServerCore::Options options = OptionsFor(ConfigOf({half}));
  options.allow_version_labels_for_unavailable_models = true;
  StartedCore core(std::move(options));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({WithLabel(half, "next", 9)})),
            absl::OkStatus());
  EXPECT_TRUE(
      absl::IsNotFound(core->GetModel(Labelled("half", "next")).status()));
  // It is not new any more.
  EXPECT_TRUE(absl::IsFailedPrecondition(
      core.Reload(ConfigOf({WithLabel(half, "next", 8)}))));
}

TEST(ServerCoreTest, LabelsAreRefusedWhereTheyAreNotAllowed) {
  ServerCore::Options options =
      OptionsFor(ConfigOf({WithLabel(ModelAt("half", "/half"), "stable", 1)}));
  options.allow_version_labels = false;
  const absl::Status status = ServerCore::Create(std::move(options)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("--allow_version_labels"));
}

// Reloads:

TEST(ServerCoreTest, AReloadAddsAModelAndWaitsForIt) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  EXPECT_EQ(core.Reload(ConfigOf({half, ModelAt("new", BasePath({"5"}, "B"))})),
            absl::OkStatus());
  EXPECT_TRUE(core->GetModel(Spec("new", 5)).ok());
}

TEST(ServerCoreTest, AReloadTakesAModelAway) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({})), absl::OkStatus());
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_TRUE(absl::IsNotFound(core->GetModel(Spec("half")).status()));
  EXPECT_TRUE(core->ListModels().empty());
}

TEST(ServerCoreTest, AReloadMovesAModelToOtherVersions) {
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"}))})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"2"}, "B"))})),
            absl::OkStatus());
  EXPECT_EQ(core->GetModel(Spec("half"))->id().version, 2);
}

TEST(ServerCoreTest, AReloadMovesAModelToTheSameVersionElsewhere) {
  const std::string old_path = BasePath({"1"});
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", old_path)})));
  core.WaitUntilLoaded();
  const std::string new_path = BasePath({"1"}, "B");
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", new_path)})),
            absl::OkStatus());
  EXPECT_TRUE(core->GetModel(Spec("half", 1)).ok());
}

TEST(ServerCoreTest, AMoveThatFailsLeavesTheOldModelServing) {
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

TEST(ServerCoreTest, AModelThatDoesNotFitIntoTheMemoryLimitFails) {
  ServerCore::Options options = OptionsFor(BasePath({"1"}));
  options.total_memory_limit_bytes = 100;
  StartedCore core(std::move(options));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  const absl::Status status = core->GetModel(Spec("half")).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("100 bytes"));
}

TEST(ServerCoreTest, AReloadOfAMissingPathSaysSoAndLeavesOthersAlone) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  const absl::Status status =
      core.Reload(ConfigOf({half, ModelAt("bad", "/no/such/path")}));
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("bad"), HasSubstr("/no/such/path")));
  EXPECT_TRUE(core->GetModel(Spec("half")).ok());
  // The next one is not held up.
  EXPECT_EQ(core.Reload(ConfigOf({half})), absl::OkStatus());
}

TEST(ServerCoreTest, AReloadNamesTheModelThatDoesNotLoad) {
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

TEST(ServerCoreTest, AReloadForgetsTheErrorOfTheOldPath) {
  const std::string incomplete = BasePath({"1"});
  std::filesystem::remove(incomplete + "/1/saved_model.pb");
  StartedCore core(OptionsFor(ConfigOf({ModelAt("half", incomplete)})));
  core.WaitUntil(ServableState::ManagerState::kStart);
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"1"}, "B"))})),
            absl::OkStatus());
}

TEST(ServerCoreTest, AProblemThatIsMendedIsNotToldOf) {
  const std::string base_path = BasePath({"1"});
  std::filesystem::resize_file(base_path + "/1/saved_model.pb", 10);
  StartedCore core(OptionsFor(base_path));
  core.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_THAT(core->ListModels()[0].problem, HasSubstr("version 1: "));
  BasePath({"2"});
  core.WaitUntilLoaded();
  EXPECT_EQ(core->ListModels()[0].problem, "");
}

TEST(ServerCoreTest, AReloadWaitsForAnUploadAndSaysSo) {
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

TEST(ServerCoreTest, AReloadDoesNotWaitForAnUploadBesideAWholeVersion) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::remove(base_path + "/2/saved_model.pb");
  StartedCore core(OptionsFor(ConfigOf({})));
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", base_path)})),
            absl::OkStatus());
}

TEST(ServerCoreTest, AReloadDoesNotWaitWhereNobodyLooks) {
  ServerCore::Options options = OptionsFor(ConfigOf({}));
  options.file_system_poll_wait_seconds = -1;
  StartedCore core(std::move(options));
  EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", "/half")})),
            absl::OkStatus());
}

TEST(ServerCoreTest, AReloadEndsAtItsDeadlineAndNamesWhatIsLoading) {
  StartedCore core(OptionsFor(ConfigOf({})));
  const absl::Status status =
      core->ReloadConfig(ConfigOf({ModelAt("half", BasePath({"1"}))}),
                         absl::InfinitePast(), nullptr);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("1 still loading: half"));
}

TEST(ServerCoreTest, AReloadEndsWhenItsCallerHasGone) {
  StartedCore core(OptionsFor(ConfigOf({})));
  EXPECT_TRUE(absl::IsCancelled(
      core->ReloadConfig(ConfigOf({ModelAt("half", BasePath({"1"}))}),
                         absl::InfiniteFuture(), [] { return true; })));
}

TEST(ServerCoreTest, ABadConfigurationChangesNothing) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  for (const Config& bad : {ConfigOf({ModelAt("new", "/new"), half, half}),
                            ConfigOf({ModelAt("new", "relative")})}) {
    EXPECT_TRUE(absl::IsInvalidArgument(core.Reload(bad)));
    EXPECT_EQ(core->ListModels().size(), 1);
    EXPECT_TRUE(core->GetModel(Spec("half")).ok());
  }
}

// As it is more often a file that is being written than a wish.
TEST(ServerCoreTest, AnEmptyConfigurationDoesNotTakeModelsAway) {
  StartedCore core(OptionsFor(BasePath({"1"})));
  core.WaitUntilLoaded();
  EXPECT_TRUE(absl::IsFailedPrecondition(core.Reload(Config())));
  EXPECT_TRUE(core->GetModel(Spec("half")).ok());
}

TEST(ServerCoreTest, StartsWithoutModelsAndGetsSomeLater) {
  for (const Config& empty : {Config(), ConfigOf({})}) {
    StartedCore core(OptionsFor(empty));
    EXPECT_TRUE(core->IsReady());
    EXPECT_TRUE(core->ListModels().empty());
    EXPECT_EQ(core.Reload(empty), absl::OkStatus());
    EXPECT_EQ(core.Reload(ConfigOf({ModelAt("half", BasePath({"1"}))})),
              absl::OkStatus());
    EXPECT_TRUE(core->GetModel(Spec("half")).ok());
  }
}

TEST(ServerCoreTest, ALabelMayPointOutsideThePolicyWithTheFlag) {
  Model half = ModelAt("half", BasePath({"1"}));
  half.mutable_model_version_policy()->mutable_specific()->add_versions(1);
  (*half.mutable_version_labels())["next"] = 2;
  ServerCore::Options refused = OptionsFor(ConfigOf({half}));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ServerCore::Create(std::move(refused)).status()));
  ServerCore::Options taken = OptionsFor(ConfigOf({half}));
  taken.allow_version_labels_for_unavailable_models = true;
  EXPECT_TRUE(ServerCore::Create(std::move(taken)).ok());
}

// Readiness:

TEST(ServerCoreTest, IsReadyWhenEveryModelIsAvailable) {
  StartedCore core(
      OptionsFor(ConfigOf({ModelAt("half", BasePath({"1"})),
                           ModelAt("third", BasePath({"1"}, "B"))})));
  core.WaitUntilLoaded(2);
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreTest, IsNotReadyWhileAModelIsMissing) {
  StartedCore core(OptionsFor(ConfigOf(
      {ModelAt("half", BasePath({"1"})), ModelAt("third", "/no/such/path")})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(core->IsReady());
  const auto models = core->ListModels();
  ASSERT_EQ(models.size(), 2);
  EXPECT_TRUE(models[0].available);
  EXPECT_FALSE(models[1].available);
}

TEST(ServerCoreTest, BecomesReadyWhenTheMissingModelIsTakenAway) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(
      OptionsFor(ConfigOf({half, ModelAt("third", "/no/such/path")})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({half})), absl::OkStatus());
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreTest, StaysReadyWhenABadModelIsAdded) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({half})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(
      core.Reload(ConfigOf({half, ModelAt("bad", "/no/such/path")})).ok());
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreTest, IsReadyWhenTheVersionsOfLabelsAre) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::rename(base_path + "/2/saved_model.pb",
                          base_path + "/2/saved_model.part");
  StartedCore core(OptionsFor(ConfigOf(
      {WithLabel(WithBothVersions(ModelAt("half", base_path)), "canary", 2)})));
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

TEST(ServerCoreTest, IsNotReadyWhileALabelPointsAtAMissingVersion) {
  StartedCore core(OptionsFor(
      ConfigOf({WithLabel(ModelAt("half", BasePath({"1"})), "canary", 2)})));
  core.WaitUntilLoaded();
  EXPECT_FALSE(core->IsReady());
}

TEST(ServerCoreTest, WithTheFlagDoesNotWaitForLabelsOfMissingVersions) {
  const std::string base_path = BasePath({"1", "2"});
  std::filesystem::rename(base_path + "/2/saved_model.pb",
                          base_path + "/2/saved_model.part");
  ServerCore::Options options = OptionsFor(ConfigOf({WithLabel(
      WithLabel(WithBothVersions(ModelAt("half", base_path)), "later", 9),
      "canary", 2)}));
  options.allow_version_labels_for_unavailable_models = true;
  StartedCore core(std::move(options));
  core.WaitUntilLoaded();
  // Version 2 is on its way.
  EXPECT_FALSE(core->IsReady());
  std::filesystem::rename(base_path + "/2/saved_model.part",
                          base_path + "/2/saved_model.pb");
  core.WaitUntilLoaded(2);
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreTest, BecomesReadyWhenALabelOfAMissingVersionIsTakenAway) {
  const Model half = ModelAt("half", BasePath({"1"}));
  StartedCore core(OptionsFor(ConfigOf({WithLabel(half, "canary", 2)})));
  core.WaitUntilLoaded();
  EXPECT_EQ(core.Reload(ConfigOf({half})), absl::OkStatus());
  EXPECT_TRUE(core->IsReady());
}

TEST(ServerCoreTest, IsNotReadyWhenItStops) {
  StartedCore core(OptionsFor(BasePath({"1"})));
  core.WaitUntilLoaded();
  core->BeginStop();
  EXPECT_FALSE(core->IsReady());
  EXPECT_TRUE(core->IsStopping());
}

}  // namespace
}  // namespace tfs3
