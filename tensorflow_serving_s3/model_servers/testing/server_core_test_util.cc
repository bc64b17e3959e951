// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/testing/server_core_test_util.h"

#include <filesystem>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {

using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;
using ::tensorflow::serving::ModelSpec;

std::string BasePath(const std::vector<std::string>& versions,
                     const std::string& suffix) {
  const std::string name =
      ::testing::UnitTest::GetInstance()->current_test_info()->name() + suffix;
  const std::string base_path = ::testing::TempDir() + "/" + name;
  std::filesystem::create_directories(base_path);
  for (const std::string& version : versions) {
    CopyTestModel("half_plus_three", name + "/" + version);
  }
  return base_path;
}

ModelConfig ModelAt(const std::string& name, const std::string& base_path) {
  ModelConfig model;
  model.set_name(name);
  model.set_base_path(base_path);
  return model;
}

ModelConfig WithLabel(ModelConfig model, const std::string& label,
                      int64_t version) {
  (*model.mutable_version_labels())[label] = version;
  return model;
}

ModelConfig WithAllVersions(ModelConfig model) {
  model.mutable_model_version_policy()->mutable_all();
  return model;
}

ModelServerConfig ConfigOf(const std::vector<ModelConfig>& models) {
  ModelServerConfig config;
  config.mutable_model_config_list();
  for (const ModelConfig& model : models) {
    *config.mutable_model_config_list()->add_config() = model;
  }
  return config;
}

ServerCore::Options OptionsFor(const ModelServerConfig& config) {
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

ModelSpec SpecWithLabel(const std::string& name, const std::string& label) {
  ModelSpec spec = Spec(name);
  spec.set_version_label(label);
  return spec;
}

StartedCore::StartedCore(ServerCore::Options options)
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

void StartedCore::WaitUntil(ServableState::ManagerState goal) {
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait(lock, [&] { return last_.manager_state == goal; });
}

void StartedCore::WaitUntilLoaded(int count) {
  std::unique_lock<std::mutex> lock(mu_);
  changed_.wait(lock, [&] { return num_loaded_ >= count; });
}

absl::Status StartedCore::Reload(const ModelServerConfig& config) {
  return core_->ReloadConfig(config, absl::InfiniteFuture(), nullptr);
}

}  // namespace tfs3
