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
#include "tensorflow_serving_s3/core/source_adapter.h"
#include "tensorflow_serving_s3/core/source_router.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/readiness.h"
#include "tensorflow_serving_s3/model_servers/unavailable_model.h"
#include "tensorflow_serving_s3/model_servers/version_labels.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

namespace tfs3 {

// The chain from configuration to servables, put together in one place:
//
//   FileSystemStoragePathSource       finds versions under each base path
//     -> DynamicSourceRouter          by the platform of the model
//       -> an adapter of each platform, such as
//          SavedModelBundleSourceAdapter     makes a loader for each
//         -> AspiredVersionsManager          loads, serves and unloads them
//           -> EventBus -> ServableStateMonitor   knows the state of each
//
//   ServerCore::Options options;
//   options.config = ...;  // name, base_path and more of each model
//   absl::StatusOr<std::unique_ptr<ServerCore>> core =
//       ServerCore::Create(std::move(options));
//   (*core)->Start();
//
// Models load in the background; one that cannot be found or loaded changes
// nothing for the others, and is tried again. Thread-safe. The destructor stops
// polling, waits for what is loading, and unloads all models.
//
// Version labels: a label of the first configuration may point at any version,
// and serves when that is available. In a later configuration it may point at a
// version that is available; at one that this same configuration brings (its
// model is new, or has another base path, policy or platform); and, with
// allow_version_labels_for_unavailable_models, at any version if the label is
// new. See VersionLabels for labels that move.
//
// Ready for the first time: when every model has been available, and every
// version that a label points at. With
// allow_version_labels_for_unavailable_models a label whose version the source
// does not ask for (it is not there, or the policy leaves it out) is not waited
// for.
class ServerCore final : public ModelLookup,
                         public ServerStatus,
                         public ConfigReloader {
 public:
  // Makes loaders for the models of one platform.
  using PlatformAdapter = SourceAdapter<StoragePath, std::unique_ptr<Loader>>;

  struct Options {
    tensorflow::serving::ModelServerConfig config;
    // Seconds from one look for new versions to the next; 0: look once;
    // negative: never.
    int64_t file_system_poll_wait_seconds = 1;
    // Whether a model keeps its versions when its base path shows none.
    bool servable_versions_always_present = false;
    // How to load models of the platform "tensorflow".
    SavedModelOptions saved_model;
    // Platforms besides "tensorflow", or in its place, by name.
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
    // Without it a configuration with version labels is refused.
    bool allow_version_labels = true;
    bool allow_version_labels_for_unavailable_models = false;
  };

  // INVALID_ARGUMENT if the configuration is not valid; see model_config.h.
  static absl::StatusOr<std::unique_ptr<ServerCore>> Create(Options options);

  ~ServerCore() override;

  // Begins to look for versions, and so to load models. To be called once.
  void Start();

  // From now on the server is not ready any more.
  void BeginStop();

  // Every change of a model version's state.
  EventBus<ServableState>* servable_event_bus() { return &event_bus_; }

  // Every configuration, when it has come into force.
  EventBus<tensorflow::serving::ModelServerConfig>* config_event_bus() {
    return &config_event_bus_;
  }

  // The configuration that is in force.
  tensorflow::serving::ModelServerConfig config() const;

  // Whether the configuration that is in force has the model.
  bool IsConfigured(absl::string_view model) const;

  // Whether a version of a model can be asked for.
  bool IsAvailable(absl::string_view model) const;

  // Of ModelLookup:

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override;

  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override;

  // Of ServerStatus:

  bool IsReady() const override { return readiness_.is_ready() && !stopping_; }
  bool IsStopping() const override { return stopping_; }
  std::vector<ModelSummary> ListModels() const override;

  // Of ConfigReloader:

  absl::Status ApplyConfig(
      const tensorflow::serving::ModelServerConfig& config) override;
  absl::Status ReloadConfig(
      const tensorflow::serving::ModelServerConfig& config, absl::Time deadline,
      const std::function<bool()>& cancelled) override;

 private:
  using Config = tensorflow::serving::ModelServerConfig;
  using ModelNames = std::vector<std::string>;

  explicit ServerCore(Options options);

  absl::Status Validate(const Config& config) const;
  // What is wrong with the labels of `config`, which is to follow `current`.
  absl::Status ValidateLabels(const Config& config,
                              const Config& current) const;
  // Applies, and tells which models are new or changed.
  absl::StatusOr<ModelNames> Apply(const Config& config);
  // The port of the router for each model, by its platform.
  DynamicSourceRouter<StoragePath>::Routes RoutesOf(const Config& config) const;

  void HandleEvent(const ServableState& state);
  // What a look into the base path of a model found.
  void HandleFound(const std::string& model, const std::string& base_path,
                   const std::set<int64_t>& versions);
  void HandleAspired(absl::string_view model,
                     const std::vector<ServableData<StoragePath>>& versions);
  // Lets the monitor forget the ended versions of which nothing is left.
  void ForgetVanishedVersions(const std::string& model);
  // Begins to wait for what `config` needs and is not available.
  void AwaitReadiness(const Config& config);

  // How far one model has come since its configuration changed.
  enum class Progress { kPending, kAvailable, kFailed };
  Progress ProgressOf(const std::string& model, absl::Status* problem) const;

  bool IsAvailable(const ServableId& id) const;
  std::shared_ptr<const Config> CurrentConfig() const;
  // What is wrong with the versions of a model that are wanted; "" if nothing.
  std::string VersionProblem(absl::string_view model) const;

  // The numbers of the versions that the source asks for now.
  std::set<int64_t> AspiredVersions(absl::string_view model) const;
  // What to tell of a model that cannot be had.
  UnavailableModel FactsOf(const std::string& model) const;
  // Why there is no such version, or none; `spec` asked for it.
  std::string WhyUnavailable(const ServableRequest& request,
                             const tensorflow::serving::ModelSpec& spec) const;

  absl::StatusOr<ServableRequest> RequestOf(
      const tensorflow::serving::ModelSpec& spec) const;

  Options options_;
  std::set<std::string, std::less<>> platform_names_;

  EventBus<ServableState> event_bus_;
  EventBus<Config> config_event_bus_;
  ServableStateMonitor monitor_;
  VersionLabels labels_;

  std::mutex apply_mu_;  // Held while a configuration is applied.
  mutable std::mutex mu_;
  // Guarded by mu_.
  std::shared_ptr<const Config> config_;
  // The versions of each model that the source has asked for last.
  std::map<std::string, std::vector<ServableData<StoragePath>>, std::less<>>
      aspired_;
  // What looks into the base path of a model found.
  struct Found {
    std::string base_path;
    std::set<int64_t> versions;  // In the last look.
    std::set<int64_t> vanished;  // In earlier ones only.
  };
  std::map<std::string, Found, std::less<>> found_;

  Readiness readiness_;
  std::atomic<bool> stopping_{false};

  std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;

  // From the end of the chain to its beginning, so that they stop in the
  // reverse order: first nothing new is found, last everything is unloaded.
  std::unique_ptr<AspiredVersionsManager> manager_;
  std::unique_ptr<DynamicSourceRouter<StoragePath>> router_;
  std::unique_ptr<FileSystemStoragePathSource> source_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_SERVER_CORE_H_
