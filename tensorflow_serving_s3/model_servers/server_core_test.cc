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
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/servables/tensorflow/testdata/test_models.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A base path of this test's own, with half_plus_three as each of `versions`.
std::string BasePath(const std::vector<std::string>& versions) {
  const std::string name =
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string base_path = ::testing::TempDir() + "/" + name;
  std::filesystem::create_directories(base_path);
  for (const std::string& version : versions) {
    CopyTestModel("half_plus_three", name + "/" + version);
  }
  return base_path;
}

ServerCore::Options OptionsFor(const std::string& base_path) {
  ServerCore::Options options;
  auto* model = options.model_config_list.add_config();
  model->set_name("half");
  model->set_base_path(base_path);
  return options;
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
          changed_.notify_all();
        });
    core_->Start();
  }

  void WaitUntil(ServableState::ManagerState goal) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] { return last_.manager_state == goal; });
  }

  void WaitUntilLoaded() { WaitUntil(ServableState::ManagerState::kAvailable); }

  ServerCore* operator->() { return core_.get(); }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  ServableState last_;
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
  EXPECT_EQ(
      core->GetModel(Spec("half", 8)).status(),
      absl::NotFoundError("Servable not found for request: Specific(half, 8)"));
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
  EXPECT_EQ(core->GetModelStatus(Spec("half", 8)).status(),
            absl::NotFoundError("Could not find version 8 of model half"));
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
  ServerCore::Options options = OptionsFor(base_path);
  options.max_num_load_retries = 0;
  StartedCore core(std::move(options));
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

TEST(ServerCoreTest, AnUnknownPlatformIsInvalid) {
  ServerCore::Options options = OptionsFor("/models");
  options.model_config_list.mutable_config(0)->set_model_platform("caffe");
  const absl::Status status = ServerCore::Create(std::move(options)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"caffe\""));
}

}  // namespace
}  // namespace tfs3
