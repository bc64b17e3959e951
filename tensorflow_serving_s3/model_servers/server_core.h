// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/model_servers/model_lookup.h"
#include "tensorflow_serving_s3/servables/tensorflow/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/saved_model_bundle_source_adapter.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

namespace tfs3 {

// The chain from configuration to servables, put together in one place:
//
//   FileSystemStoragePathSource    finds versions under each base path
//     -> SavedModelBundleSourceAdapter    makes a loader for each
//       -> AspiredVersionsManager         loads, serves and unloads them
//         -> EventBus -> ServableStateMonitor   knows the state of each
//
//   ServerCore::Options options;
//   options.model_config_list = ...;  // name and base_path of each model
//   absl::StatusOr<std::unique_ptr<ServerCore>> core =
//       ServerCore::Create(std::move(options));
//   (*core)->Start();
//
// Models load in the background; one that cannot be found or loaded changes
// nothing for the others, and is tried again. Thread-safe. The destructor stops
// polling, waits for what is loading, and unloads all models.
class ServerCore final : public ModelLookup {
 public:
  struct Options {
    tensorflow::serving::ModelConfigList model_config_list;
    // Seconds from one look for new versions to the next; 0: look once;
    // negative: never.
    int64_t file_system_poll_wait_seconds = 1;
    SavedModelOptions saved_model;
    // Zero or less: one for each processor, but at least two.
    int num_load_threads = 0;
    int num_unload_threads = 0;
    // See AspiredVersionsManager::Options.
    int max_num_load_retries = 5;
    absl::Duration load_retry_interval = absl::Minutes(1);
  };

  // INVALID_ARGUMENT naming the model if one has no name, no base path, the
  // name of another or a platform other than "tensorflow".
  static absl::StatusOr<std::unique_ptr<ServerCore>> Create(Options options);

  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;
  ~ServerCore() override = default;

  // Begins to look for versions and to load them. To be called once.
  void Start();

  // Where the states of all servables are published.
  EventBus<ServableState>* servable_event_bus() { return &event_bus_; }

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override;

  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override;

 private:
  explicit ServerCore(SavedModelOptions saved_model);

  // What is wrong with a model that cannot be had, to be appended to the
  // message that says so; empty if nothing is known to be wrong.
  std::string WhyUnavailable(const ServableRequest& request) const;

  EventBus<ServableState> event_bus_;
  ServableStateMonitor monitor_;
  // From the end of the chain to its beginning, so that they stop in the
  // reverse order: first nothing new is found, last everything is unloaded.
  std::unique_ptr<AspiredVersionsManager> manager_;
  SavedModelBundleSourceAdapter adapter_;
  std::unique_ptr<FileSystemStoragePathSource> source_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_
