// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/aspired_version_policy.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/source_adapter.h"
#include "tensorflow_serving_s3/core/source_router.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/reload_counters.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/custom_source.h"
#include "tensorflow_serving_s3/model_servers/model_status_reader.h"
#include "tensorflow_serving_s3/model_servers/readiness.h"
#include "tensorflow_serving_s3/model_servers/reload_wait.h"
#include "tensorflow_serving_s3/model_servers/source_versions.h"
#include "tensorflow_serving_s3/model_servers/version_labels.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

namespace tfs3 {

// Connects the parts that turn a configuration into served models:
//
//   FileSystemStoragePathSource       finds versions below each base path
//     -> DynamicSourceRouter          selects by the platform of the model
//       -> an adapter for each platform, such as
//          SavedModelBundleSourceAdapter     makes a loader for each version
//         -> AspiredVersionsManager          loads, serves and unloads versions
//           -> EventBus -> ServableStateMonitor   records their states
//
//   ServerCore::Options options;
//   options.config = ...;  // name, base_path and more of each model
//   absl::StatusOr<std::unique_ptr<ServerCore>> core =
//       ServerCore::Create(std::move(options));
//   (*core)->Start();
//
// Models load in the background. The server tries again to load a model that it
// cannot find or load; the other models are not affected. Thread-safe. The
// destructor stops polling, waits for running loads, and unloads all models.
//
// A version label may point at
//
//  - any version, in the first configuration; it serves when that is available
//  - an available version
//  - any version of a model that the same configuration adds or changes
//  - any version, if the label is new and
//    allow_version_labels_for_unavailable_models is set
//
// See VersionLabels for labels that move.
//
// The server is ready when a version of every model, and every version with a
// label, has been available. With allow_version_labels_for_unavailable_models
// it does not wait for a labelled version that the source does not aspire,
// because it does not exist or the policy excludes it.
//
// With Options::source the models are the servables that the source reports. A
// reload of the configuration is refused. The server is ready when the source
// as a whole has no problem and a version of every reported model is available.
class ServerCore final : public ModelLookup,
                         public ServerStatus,
                         public ConfigReloader {
 public:
  // Makes loaders for the models of one platform.
  using PlatformAdapter = SourceAdapter<StoragePath, std::unique_ptr<Loader>>;

  struct Options {
    tensorflow::serving::ModelServerConfig config;
    // Seconds between two searches for new versions. 0: search once. Negative:
    // never.
    int64_t file_system_poll_wait_seconds = 1;
    // Whether a model keeps its versions when its base path becomes empty.
    bool servable_versions_always_present = false;
    // Options for models of the platform "tensorflow".
    SavedModelOptions saved_model;
    // Adapters of other platforms by name; "tensorflow" replaces the built-in
    // one.
    std::map<std::string, std::unique_ptr<PlatformAdapter>, std::less<>>
        platforms;
    // Null: AvailabilityPreservingPolicy.
    std::unique_ptr<AspiredVersionPolicy> aspired_version_policy;
    // Zero or less: one for each processor, but at least two.
    int num_load_threads = 0;
    int num_unload_threads = 0;
    // See AspiredVersionsManager::Options.
    int max_num_load_retries = 5;
    absl::Duration load_retry_interval = absl::Minutes(1);
    uint64_t total_memory_limit_bytes = 0;
    // Reports the versions of all models; `config` then has no models. A
    // servable with versions is a model of the platform "tensorflow". Null: a
    // FileSystemStoragePathSource finds the versions of the models in `config`.
    // Must outlive the core.
    Source<StoragePath>* source = nullptr;
    // The problems of `source`. Must be thread-safe. May be null.
    CustomSource::Problems source_problems;
    // Whether a configuration may have version labels.
    bool allow_version_labels = true;
    bool allow_version_labels_for_unavailable_models = false;
  };

  // Returns INVALID_ARGUMENT if the configuration is not valid; see
  // model_config.h.
  static absl::StatusOr<std::unique_ptr<ServerCore>> Create(Options options);

  ~ServerCore() override;

  // Starts to search for versions and to load models. Call it once.
  void Start();

  // Makes IsReady() false and IsStopping() true.
  void BeginStop();

  // Call it when Options::source_problems has changed.
  void SourceProblemsChanged();

  // Publishes every change of the state of a version.
  EventBus<ServableState>* servable_event_bus() { return &event_bus_; }

  // Publishes every configuration when it is in force.
  EventBus<tensorflow::serving::ModelServerConfig>* config_event_bus() {
    return &config_event_bus_;
  }

  // Counts the configurations that were applied or refused.
  ReloadCounters* reload_counters() { return &reload_counters_; }

  // Returns the configuration that is in force.
  tensorflow::serving::ModelServerConfig config() const;

  // Returns whether the configuration that is in force has the model.
  bool IsConfigured(absl::string_view model) const;

  // Returns whether a version of the model is available.
  bool IsAvailable(absl::string_view model) const;

  // ModelLookup:

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override;

  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override;

  // ServerStatus:

  bool IsReady() const override;
  bool IsStopping() const override { return stopping_; }
  std::vector<ModelSummary> ListModels() const override;
  std::string SourceProblem() const override;

  // ConfigReloader:

  absl::Status ApplyConfig(
      const tensorflow::serving::ModelServerConfig& config) override;
  absl::Status ReloadConfig(
      const tensorflow::serving::ModelServerConfig& config, absl::Time deadline,
      const std::function<bool()>& cancelled) override;

 private:
  using Config = tensorflow::serving::ModelServerConfig;
  using ModelNames = std::vector<std::string>;

  explicit ServerCore(Options options);

  absl::Status CreateManager();
  // Creates the router and the source of the configured models.
  absl::Status CreateConfiguredSource();
  void ConnectConfiguredSource();
  void ConnectCustomSource();
  // Makes the configuration contain `model` if it has versions, and only then.
  void UpdateCustomModel(
      absl::string_view model,
      const std::vector<ServableData<StoragePath>>& versions);

  absl::Status Validate(const Config& config) const;
  // Puts `config` into force and returns the names of new or changed models.
  absl::StatusOr<ModelNames> Apply(const Config& config);
  // Applies `config` and counts the result.
  absl::StatusOr<ModelNames> ApplyAndCount(const Config& config);
  absl::Status UpdateSource(const Config& config, const Config& current);
  tensorflow::serving::FileSystemStoragePathSourceConfig SourceConfig(
      const Config& config) const;
  // Returns the router's port for each model, by its platform.
  DynamicSourceRouter<StoragePath>::Routes RoutesOf(const Config& config) const;

  void HandleEvent(const ServableState& state);
  void HandleAspired(absl::string_view model,
                     const std::vector<ServableData<StoragePath>>& versions);
  // Makes the monitor forget ended versions that no longer exist in storage.
  void ForgetRemovedVersions(absl::string_view model);
  void AwaitReadiness(const Config& config);
  ModelProgress ProgressOfModel(const std::string& model) const;
  // Returns the result of the last search for versions of a model.
  absl::Status PollStatus(absl::string_view model) const;

  std::optional<ServableState> StateOf(const ServableId& id) const;
  std::set<int64_t> AvailableVersions(absl::string_view model) const;
  std::shared_ptr<const Config> CurrentConfig() const;

  Options options_;
  std::unique_ptr<CustomSource> custom_;  // Null without Options::source.
  std::set<std::string, std::less<>> platform_names_;

  EventBus<ServableState> event_bus_;
  EventBus<Config> config_event_bus_;
  ServableStateMonitor monitor_;
  VersionLabels labels_;
  SourceVersions versions_;
  Readiness readiness_;
  const ModelStatusReader status_;
  std::atomic<bool> stopping_{false};
  ReloadCounters reload_counters_;

  std::mutex apply_mu_;  // Held while a configuration is applied.
  mutable std::mutex config_mu_;
  std::shared_ptr<const Config> config_;  // Guarded by config_mu_.

  std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;

  // In the reverse order of the chain. Destruction then stops the source first
  // and unloads the models last.
  std::unique_ptr<AspiredVersionsManager> manager_;
  std::unique_ptr<DynamicSourceRouter<StoragePath>> router_;
  // Null with Options::source.
  std::unique_ptr<FileSystemStoragePathSource> source_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_
