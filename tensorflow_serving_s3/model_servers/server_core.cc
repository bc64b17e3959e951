// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_core.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/model_servers/config_change.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_config.h"
#include "tensorflow_serving_s3/model_servers/unavailable_model.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"

namespace tfs3 {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;
using ::tensorflow::serving::ModelSpec;

using ManagerState = ServableState::ManagerState;

ServerCore::ServerCore(Options options)
    : options_(std::move(options)),
      custom_(options_.source == nullptr
                  ? nullptr
                  : std::make_unique<CustomSource>(options_.source,
                                                   options_.source_problems)),
      monitor_(&event_bus_),
      status_({&monitor_, &versions_, &labels_, &readiness_,
               [this] { return CurrentConfig(); },
               [this](absl::string_view model) { return PollStatus(model); },
               custom_.get()}) {
  if (auto& tensorflow_adapter =
          options_.platforms[std::string(kTensorFlowPlatform)];
      tensorflow_adapter == nullptr) {
    tensorflow_adapter =
        std::make_unique<SavedModelBundleSourceAdapter>(options_.saved_model);
  }
  for (const auto& [name, adapter] : options_.platforms) {
    platform_names_.insert(name);
  }
  subscription_ = event_bus_.Subscribe(
      [this](const ServableState& state) { HandleEvent(state); });
}

ServerCore::~ServerCore() {
  custom_.reset();
  source_.reset();
  router_.reset();
  options_.platforms.clear();
  manager_.reset();
}

absl::StatusOr<std::unique_ptr<ServerCore>> ServerCore::Create(
    Options options) {
  auto core = absl::WrapUnique(new ServerCore(std::move(options)));
  const Config& config = core->options_.config;
  if (absl::Status status = core->Validate(config); !status.ok()) {
    return status;
  }
  if (absl::Status status = core->CreateManager(); !status.ok()) {
    return status;
  }
  if (core->custom_ == nullptr) {
    if (absl::Status status = core->CreateConfiguredSource(); !status.ok()) {
      return status;
    }
  }
  core->labels_.Assign(config, [](const ServableId&) { return false; });
  core->config_ = std::make_shared<const Config>(config);
  if (core->custom_ == nullptr) {
    core->AwaitReadiness(config);
  }
  return core;
}

absl::Status ServerCore::CreateManager() {
  AspiredVersionsManager::Options manager_options;
  manager_options.aspired_version_policy =
      std::move(options_.aspired_version_policy);
  if (manager_options.aspired_version_policy == nullptr) {
    manager_options.aspired_version_policy =
        std::make_unique<AvailabilityPreservingPolicy>();
  }
  manager_options.servable_event_bus = &event_bus_;
  manager_options.num_load_threads = options_.num_load_threads;
  manager_options.num_unload_threads = options_.num_unload_threads;
  manager_options.max_num_load_retries = options_.max_num_load_retries;
  manager_options.load_retry_interval = options_.load_retry_interval;
  manager_options.total_memory_limit_bytes = options_.total_memory_limit_bytes;
  auto manager = AspiredVersionsManager::Create(std::move(manager_options));
  if (!manager.ok()) {
    return manager.status();
  }
  manager_ = *std::move(manager);
  return absl::OkStatus();
}

absl::Status ServerCore::CreateConfiguredSource() {
  // The last port of a router gets the models without a route. There are none.
  auto router = DynamicSourceRouter<StoragePath>::Create(
      static_cast<int>(options_.platforms.size()) + 1,
      RoutesOf(options_.config));
  if (!router.ok()) {
    return router.status();
  }
  router_ = *std::move(router);

  FileSystemStoragePathSource::Options source_options;
  source_options.on_found = [this](const std::string& model,
                                   const std::string& base_path,
                                   const std::set<int64_t>& versions) {
    versions_.SetFound(model, base_path, versions);
    ForgetRemovedVersions(model);
  };
  auto source = FileSystemStoragePathSource::Create(
      SourceConfig(options_.config), std::move(source_options));
  if (!source.ok()) {
    return source.status();
  }
  source_ = *std::move(source);
  return absl::OkStatus();
}

void ServerCore::Start() {
  if (custom_ == nullptr) {
    ConnectConfiguredSource();
  } else {
    ConnectCustomSource();
  }
}

void ServerCore::ConnectConfiguredSource() {
  int port = 0;
  for (const auto& [name, adapter] : options_.platforms) {
    ConnectSourceToTarget(adapter.get(), manager_.get());
    ConnectSourceToTarget(router_->GetOutputPorts()[port++], adapter.get());
  }
  source_->SetAspiredVersionsCallback(
      [this, send = router_->GetAspiredVersionsCallback()](
          absl::string_view model,
          std::vector<ServableData<StoragePath>> versions) {
        HandleAspired(model, versions);
        send(model, std::move(versions));
      });
}

void ServerCore::ConnectCustomSource() {
  PlatformAdapter* const adapter =
      options_.platforms[std::string(kTensorFlowPlatform)].get();
  ConnectSourceToTarget(adapter, manager_.get());
  custom_->Connect([this, send = adapter->GetAspiredVersionsCallback()](
                       absl::string_view model,
                       std::vector<ServableData<StoragePath>> versions) {
    UpdateCustomModel(model, versions);
    HandleAspired(model, versions);
    send(model, std::move(versions));
  });
}

void ServerCore::UpdateCustomModel(
    absl::string_view model,
    const std::vector<ServableData<StoragePath>>& versions) {
  std::lock_guard<std::mutex> apply_lock(apply_mu_);
  const auto next = std::make_shared<const Config>(
      CustomSource::UpdatedConfig(*CurrentConfig(), model, versions));
  if (SameConfig(*next, *CurrentConfig())) {
    return;
  }
  {
    std::lock_guard<std::mutex> lock(config_mu_);
    config_ = next;
  }
  std::set<std::string, std::less<>> names;
  for (const auto& [name, config] : ModelsByName(*next)) {
    names.insert(name);
  }
  versions_.RemoveOthers(names);
  config_event_bus_.Publish(*next);
}

void ServerCore::SourceProblemsChanged() {
  std::lock_guard<std::mutex> apply_lock(apply_mu_);
  config_event_bus_.Publish(*CurrentConfig());
}

std::string ServerCore::SourceProblem() const {
  return custom_ == nullptr ? "" : custom_->problems()[""];
}

bool ServerCore::IsReady() const {
  if (stopping_) {
    return false;
  }
  return custom_ == nullptr
             ? readiness_.is_ready()
             : custom_->IsReady(*CurrentConfig(), [this](auto model) {
                 return IsAvailable(model);
               });
}

absl::Status ServerCore::PollStatus(absl::string_view model) const {
  return custom_ == nullptr ? source_->poll_status(model)
                            : custom_->StatusOf(model);
}

void ServerCore::HandleAspired(
    absl::string_view model,
    const std::vector<ServableData<StoragePath>>& versions) {
  versions_.SetAspired(model, versions);
  ForgetRemovedVersions(model);
  if (options_.allow_version_labels_for_unavailable_models) {
    readiness_.AwaitAtMost(std::string(model), versions_.AspiredNumbers(model));
  }
}

void ServerCore::ForgetRemovedVersions(absl::string_view model) {
  monitor_.ForgetEnded(model, versions_.Vanished(model));
}

void ServerCore::BeginStop() { stopping_ = true; }

absl::Status ServerCore::Validate(const Config& config) const {
  if (absl::Status status = ValidateModelServerConfig(config, platform_names_);
      !status.ok()) {
    return status;
  }
  if (!options_.allow_version_labels_for_unavailable_models) {
    if (absl::Status status = ValidateLabelTargets(config); !status.ok()) {
      return status;
    }
  }
  for (const ModelConfig& model : config.model_config_list().config()) {
    if (!options_.allow_version_labels && !model.version_labels().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Model \"", model.name(),
          "\" has version_labels, but this server does not allow them; start "
          "it with --allow_version_labels, or remove the labels"));
    }
    if (const auto rule = RequestLogRuleOf(model); !rule.ok()) {
      return rule.status();
    }
  }
  return FileSystemStoragePathSource::Validate(SourceConfig(config));
}

tensorflow::serving::FileSystemStoragePathSourceConfig ServerCore::SourceConfig(
    const Config& config) const {
  return SourceConfigOf(config, options_.file_system_poll_wait_seconds,
                        options_.servable_versions_always_present);
}

DynamicSourceRouter<StoragePath>::Routes ServerCore::RoutesOf(
    const Config& config) const {
  std::map<std::string, int> ports;
  for (const std::string& platform : platform_names_) {
    ports.emplace(platform, static_cast<int>(ports.size()));
  }
  DynamicSourceRouter<StoragePath>::Routes routes;
  for (const ModelConfig& model : config.model_config_list().config()) {
    routes.emplace(model.name(), ports.at(PlatformOf(model)));
  }
  return routes;
}

absl::Status ServerCore::UpdateSource(const Config& config,
                                      const Config& current) {
  // Removed models keep their routes until the source has given them up.
  const auto routes = RoutesOf(config);
  auto transition = routes;
  transition.merge(RoutesOf(current));
  if (absl::Status status = router_->UpdateRoutes(std::move(transition));
      !status.ok()) {
    return status;
  }
  if (absl::Status status = source_->UpdateConfig(SourceConfig(config));
      !status.ok()) {
    return status;
  }
  return router_->UpdateRoutes(routes);
}

absl::StatusOr<ServerCore::ModelNames> ServerCore::Apply(const Config& config) {
  if (custom_ != nullptr) {
    return absl::FailedPreconditionError(
        "The models of this server come from a custom source, which cannot be "
        "replaced by a configuration; change what the source reports");
  }
  std::lock_guard<std::mutex> apply_lock(apply_mu_);
  const std::shared_ptr<const Config> current = CurrentConfig();
  if (absl::Status status = Validate(config); !status.ok()) {
    return status;
  }
  const ChangeRules rules{[this](const ServableId& id) { return StateOf(id); },
                          options_.allow_version_labels_for_unavailable_models};
  if (absl::Status status = ValidateChange(*current, config, rules);
      !status.ok()) {
    return status;
  }
  // Validation found all possible errors: the following does not fail.
  if (absl::Status status = UpdateSource(config, *current); !status.ok()) {
    return status;
  }
  labels_.Assign(config, [this](const ServableId& id) {
    const auto state = StateOf(id);
    return state.has_value() &&
           state->manager_state == ManagerState::kAvailable;
  });
  {
    std::lock_guard<std::mutex> lock(config_mu_);
    config_ = std::make_shared<const Config>(config);
  }
  std::set<std::string, std::less<>> names;
  for (const auto& [name, model] : ModelsByName(config)) {
    names.insert(name);
  }
  versions_.RemoveOthers(names);
  AwaitReadiness(config);
  ModelNames changed = ChangedModels(*current, config);
  const ModelNames removed = RemovedModels(*current, config);
  // The source no longer reports which of their versions vanish.
  for (const std::string& name : removed) {
    monitor_.ForgetEnded(name, {});
  }
  ABSL_LOG(INFO) << "Replaced the configuration; new or changed models: "
                 << NamesOf(changed) << "; removed: " << NamesOf(removed)
                 << "; total: " << config.model_config_list().config_size();
  config_event_bus_.Publish(config);
  return changed;
}

absl::StatusOr<ServerCore::ModelNames> ServerCore::ApplyAndCount(
    const Config& config) {
  absl::StatusOr<ModelNames> changed = Apply(config);
  ++(changed.ok() ? reload_counters_.applied : reload_counters_.refused);
  return changed;
}

absl::Status ServerCore::ApplyConfig(const Config& config) {
  return ApplyAndCount(config).status();
}

absl::Status ServerCore::ReloadConfig(const Config& config, absl::Time deadline,
                                      const std::function<bool()>& cancelled) {
  absl::StatusOr<ModelNames> changed = ApplyAndCount(config);
  if (!changed.ok()) {
    return changed.status();
  }
  ReloadWait wait;
  wait.progress_of = [this](const std::string& model) {
    return ProgressOfModel(model);
  };
  wait.version_problem = [this](const std::string& model) {
    return status_.VersionProblem(model);
  };
  wait.stopping = [this] { return stopping_.load(); };
  wait.cancelled = cancelled;
  wait.deadline = deadline;
  return WaitForModels(*std::move(changed), wait);
}

ModelProgress ServerCore::ProgressOfModel(const std::string& model) const {
  using State = ModelProgress::State;
  // Without polling no version will ever load.
  if (options_.file_system_poll_wait_seconds < 0) {
    return {State::kAvailable, absl::OkStatus()};
  }
  absl::Status polled = source_->poll_status(model);
  if (!source_->HasPolled(model)) {
    // NOT_FOUND: a later reload has removed the model.
    return {absl::IsNotFound(polled) ? State::kAvailable : State::kPending,
            absl::OkStatus()};
  }
  if (!polled.ok()) {
    return {State::kFailed, std::move(polled)};
  }
  return ProgressOf(versions_.Aspired(model),
                    manager_->GetManagedServableSnapshots(model));
}

void ServerCore::HandleEvent(const ServableState& state) {
  if (state.manager_state != ManagerState::kAvailable) {
    return;
  }
  labels_.VersionIsAvailable(state.id);
  readiness_.VersionIsAvailable(state.id);
}

void ServerCore::AwaitReadiness(const Config& config) {
  readiness_.AwaitConfig(config, [this](const std::string& model) {
    return AvailableVersions(model);
  });
  if (!options_.allow_version_labels_for_unavailable_models) {
    return;
  }
  for (const ModelConfig& model : config.model_config_list().config()) {
    if (source_->HasPolled(model.name())) {
      readiness_.AwaitAtMost(model.name(),
                             versions_.AspiredNumbers(model.name()));
    }
  }
}

ModelServerConfig ServerCore::config() const { return *CurrentConfig(); }

std::shared_ptr<const ModelServerConfig> ServerCore::CurrentConfig() const {
  std::lock_guard<std::mutex> lock(config_mu_);
  return config_;
}

std::optional<ServableState> ServerCore::StateOf(const ServableId& id) const {
  const auto known = monitor_.GetState(id);
  if (!known.has_value()) {
    return std::nullopt;
  }
  return known->state;
}

std::set<int64_t> ServerCore::AvailableVersions(absl::string_view model) const {
  std::set<int64_t> available;
  for (const auto& [version, known] : monitor_.GetVersionStates(model)) {
    if (known.state.manager_state == ManagerState::kAvailable) {
      available.insert(version);
    }
  }
  return available;
}

bool ServerCore::IsConfigured(absl::string_view model) const {
  return HasModel(*CurrentConfig(), model);
}

bool ServerCore::IsAvailable(absl::string_view model) const {
  return !AvailableVersions(model).empty();
}

absl::StatusOr<ServableHandle<SavedModelBundle>> ServerCore::GetModel(
    const ModelSpec& spec) const {
  absl::StatusOr<ServableRequest> request = status_.RequestOf(spec);
  if (!request.ok()) {
    return request.status();
  }
  while (true) {
    auto handle = manager_->GetServableHandle<SavedModelBundle>(*request);
    if (!absl::IsNotFound(handle.status())) {
      return handle;
    }
    // The label may have moved since RequestOf.
    absl::StatusOr<ServableRequest> new_request = status_.RequestOf(spec);
    if (!new_request.ok()) {
      return new_request.status();
    }
    if (new_request->version == request->version) {
      return absl::NotFoundError(
          absl::StrCat(handle.status().message(), "; ",
                       status_.ExplainUnavailable(*request, spec)));
    }
    request = std::move(new_request);
  }
}

absl::StatusOr<GetModelStatusResponse> ServerCore::GetModelStatus(
    const ModelSpec& spec) const {
  return status_.GetModelStatus(spec);
}

std::vector<ModelSummary> ServerCore::ListModels() const {
  return status_.ListModels();
}

}  // namespace tfs3
