// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_SERVER_CORE_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_SERVER_CORE_TEST_UTIL_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"

namespace tfs3 {

// Copies half_plus_three to each of `versions` below a base path of the running
// test, and returns the base path.
std::string BasePath(const std::vector<std::string>& versions,
                     const std::string& suffix = "");

tensorflow::serving::ModelConfig ModelAt(const std::string& name,
                                         const std::string& base_path);

tensorflow::serving::ModelConfig WithLabel(
    tensorflow::serving::ModelConfig model, const std::string& label,
    int64_t version);

// Sets the policy "all".
tensorflow::serving::ModelConfig WithAllVersions(
    tensorflow::serving::ModelConfig model);

tensorflow::serving::ModelServerConfig ConfigOf(
    const std::vector<tensorflow::serving::ModelConfig>& models);

// Returns options without load retries.
ServerCore::Options OptionsFor(
    const tensorflow::serving::ModelServerConfig& config);
// For model "half".
ServerCore::Options OptionsFor(const std::string& base_path);

tensorflow::serving::ModelSpec Spec(const std::string& name);
tensorflow::serving::ModelSpec Spec(const std::string& name, int64_t version);
tensorflow::serving::ModelSpec SpecWithLabel(const std::string& name,
                                             const std::string& label);

// A ServerCore that is started, with functions to wait for states of its
// models.
class StartedCore {
 public:
  explicit StartedCore(ServerCore::Options options);

  // Waits until the latest event has this state.
  void WaitUntil(ServableState::ManagerState goal);

  void WaitUntilLoaded() { WaitUntil(ServableState::ManagerState::kAvailable); }

  // Waits until `count` versions in total have become available.
  void WaitUntilLoaded(int count);

  absl::Status Reload(const tensorflow::serving::ModelServerConfig& config);

  ServerCore* operator->() { return core_.get(); }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_.
  ServableState last_;
  int num_loaded_ = 0;

  std::unique_ptr<ServerCore> core_;
  std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_SERVER_CORE_TEST_UTIL_H_
