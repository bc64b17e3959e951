// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_core.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_config.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;

using ManagerState = ServableState::ManagerState;

// How often a reload that waits looks how far its models have come.
constexpr absl::Duration kProgressPeriod = absl::Milliseconds(20);

ModelVersionStatus::State StateOf(ManagerState state) {
  switch (state) {
    case ManagerState::kStart:
      return ModelVersionStatus::START;
    case ManagerState::kLoading:
      return ModelVersionStatus::LOADING;
    case ManagerState::kAvailable:
      return ModelVersionStatus::AVAILABLE;
    case ManagerState::kUnloading:
      return ModelVersionStatus::UNLOADING;
    case ManagerState::kEnd:
      return ModelVersionStatus::END;
  }
  return ModelVersionStatus::UNKNOWN;
}

void AddVersion(const ServableState& state, GetModelStatusResponse* response) {
  ModelVersionStatus* status = response->add_model_version_status();
  status->set_version(state.id.version);
  status->set_state(StateOf(state.manager_state));
  status->mutable_status()->set_error_code(
      static_cast<tensorflow::error::Code>(state.health.code()));
  status->mutable_status()->set_error_message(
      std::string(state.health.message()));
}

std::map<std::string, const ModelConfig*, std::less<>> ByName(
    const ModelServerConfig& config) {
  std::map<std::string, const ModelConfig*, std::less<>> models;
  for (const ModelConfig& model : config.model_config_list().config()) {
    models.emplace(model.name(), &model);
  }
  return models;
}

// Whether the two have the same versions, from the same place.
bool ServedAlike(const ModelConfig& a, const ModelConfig& b) {
  return a.base_path() == b.base_path() && PlatformOf(a) == PlatformOf(b) &&
         a.model_version_policy().SerializeAsString() ==
             b.model_version_policy().SerializeAsString();
}

// What the manager has of a version from this origin; null if that is not (yet)
// what it has. Loaders that do not tell their origin have the right one; a
// version that came as an error had none.
const LoaderHarness::Snapshot* SnapshotOfOrigin(
    const BasicManager::Snapshot& version, absl::string_view origin) {
  if (version.replacement.has_value() &&
      version.replacement->origin == origin) {
    return &*version.replacement;
  }
  return version.origin.empty() || version.origin == origin ? &version
                                                            : nullptr;
}

}  // namespace

ServerCore::ServerCore(Options options)
    : options_(std::move(options)), monitor_(&event_bus_) {
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
  source_.reset();
  router_.reset();
  options_.platforms.clear();
  manager_.reset();
}

absl::StatusOr<std::unique_ptr<ServerCore>> ServerCore::Create(
    Options options) {
  auto core = absl::WrapUnique(new ServerCore(std::move(options)));
  const Options& kept = core->options_;
  if (absl::Status status = core->Validate(kept.config); !status.ok()) {
    return status;
  }

  AspiredVersionsManager::Options manager_options;
  manager_options.aspired_version_policy =
      std::move(core->options_.aspired_version_policy);
  if (manager_options.aspired_version_policy == nullptr) {
    manager_options.aspired_version_policy =
        std::make_unique<AvailabilityPreservingPolicy>();
  }
  manager_options.servable_event_bus = &core->event_bus_;
  manager_options.num_load_threads = kept.num_load_threads;
  manager_options.num_unload_threads = kept.num_unload_threads;
  manager_options.max_num_load_retries = kept.max_num_load_retries;
  manager_options.load_retry_interval = kept.load_retry_interval;
  manager_options.total_memory_limit_bytes = kept.total_memory_limit_bytes;
  auto manager = AspiredVersionsManager::Create(std::move(manager_options));
  if (!manager.ok()) return manager.status();
  core->manager_ = *std::move(manager);

  // The last port of a router is for what has no route; every model has one.
  auto router = DynamicSourceRouter<StoragePath>::Create(
      static_cast<int>(kept.platforms.size()) + 1, core->RoutesOf(kept.config));
  if (!router.ok()) return router.status();
  core->router_ = *std::move(router);

  FileSystemStoragePathSource::Options source_options;
  source_options.on_found = [core = core.get()](
                                const std::string& model,
                                const std::string& base_path,
                                const std::set<int64_t>& versions) {
    core->HandleFound(model, base_path, versions);
  };
  auto source = FileSystemStoragePathSource::Create(
      SourceConfigOf(kept.config, kept.file_system_poll_wait_seconds,
                     kept.servable_versions_always_present),
      std::move(source_options));
  if (!source.ok()) return source.status();
  core->source_ = *std::move(source);

  core->labels_.Assign(kept.config, [](const ServableId&) { return false; });
  core->config_ = std::make_shared<const Config>(kept.config);
  core->AwaitReadiness(kept.config);
  return core;
}

void ServerCore::Start() {
  int port = 0;
  for (const auto& [name, adapter] : options_.platforms) {
    ConnectSourceToTarget(adapter.get(), manager_.get());
    ConnectSourceToTarget(router_->GetOutputPorts()[port++], adapter.get());
  }
  // What the source asks for is remembered on its way, for reloads that wait.
  source_->SetAspiredVersionsCallback(
      [this, send = router_->GetAspiredVersionsCallback()](
          absl::string_view model,
          std::vector<ServableData<StoragePath>> versions) {
        HandleAspired(model, versions);
        send(model, std::move(versions));
      });
}

void ServerCore::HandleFound(const std::string& model,
                             const std::string& base_path,
                             const std::set<int64_t>& versions) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    Found& found = found_[model];
    if (found.base_path != base_path) found = Found{base_path, {}, {}};
    found.vanished.insert(found.versions.begin(), found.versions.end());
    for (const int64_t version : versions) found.vanished.erase(version);
    found.versions = versions;
  }
  ForgetVanishedVersions(model);
}

void ServerCore::HandleAspired(
    absl::string_view model,
    const std::vector<ServableData<StoragePath>>& versions) {
  const std::string name(model);
  {
    std::lock_guard<std::mutex> lock(mu_);
    aspired_.insert_or_assign(name, versions);
  }
  ForgetVanishedVersions(name);
  if (options_.allow_version_labels_for_unavailable_models) {
    readiness_.AwaitAtMost(name, AspiredVersions(name));
  }
}

void ServerCore::ForgetVanishedVersions(const std::string& model) {
  const std::set<int64_t> aspired = AspiredVersions(model);
  std::set<int64_t> vanished;
  {
    std::lock_guard<std::mutex> lock(mu_);
    if (const auto found = found_.find(model); found != found_.end()) {
      vanished = found->second.vanished;
    }
  }
  // They are still to be loaded if the storage has them again.
  for (const int64_t version : aspired) vanished.erase(version);
  monitor_.ForgetEnded(model, std::move(vanished));
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
          "\" has version_labels, and this server does not allow them; start "
          "it with --allow_version_labels, or leave them out"));
    }
    if (const auto rule = RequestLogRuleOf(model); !rule.ok()) {
      return rule.status();
    }
  }
  return FileSystemStoragePathSource::Validate(
      SourceConfigOf(config, options_.file_system_poll_wait_seconds,
                     options_.servable_versions_always_present));
}

absl::Status ServerCore::ValidateLabels(const Config& config,
                                        const Config& current) const {
  const auto current_models = ByName(current);
  for (const ModelConfig& model : config.model_config_list().config()) {
    const auto known = current_models.find(model.name());
    // What this configuration brings is loaded after it is in force.
    if (known == current_models.end() || !ServedAlike(*known->second, model)) {
      continue;
    }
    for (const auto& [label, version] : model.version_labels()) {
      const auto& old_labels = known->second->version_labels();
      const auto old = old_labels.find(label);
      if (old != old_labels.end() && old->second == version) continue;
      const ServableId id{model.name(), version};
      if (IsAvailable(id)) continue;
      if (options_.allow_version_labels_for_unavailable_models &&
          old == old_labels.end()) {
        continue;
      }
      const auto state = monitor_.GetState(id);
      return absl::FailedPreconditionError(absl::StrCat(
          "The version label \"", label, "\" of model \"", model.name(),
          "\" cannot point at version ", version, ", which is ",
          state.has_value()
              ? absl::StrCat("in state ",
                             ManagerStateName(state->state.manager_state))
              : "not known",
          "; a label can point at a version that is AVAILABLE",
          old == old_labels.end()
              ? ", or, if it is new, at any with "
                "--allow_version_labels_for_unavailable_models"
              : ""));
    }
  }
  return absl::OkStatus();
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

absl::StatusOr<ServerCore::ModelNames> ServerCore::Apply(const Config& config) {
  std::lock_guard<std::mutex> apply_lock(apply_mu_);
  const std::shared_ptr<const Config> current = CurrentConfig();
  if (absl::Status status = Validate(config); !status.ok()) return status;
  // An empty file is more often one that is being written than a wish.
  if (!config.has_model_config_list() && current->has_model_config_list()) {
    return absl::FailedPreconditionError(
        "The new model configuration is empty; to remove all models, say "
        "model_config_list {}");
  }
  if (absl::Status status = ValidateLabels(config, *current); !status.ok()) {
    return status;
  }

  ModelNames changed;
  const auto current_models = ByName(*current);
  for (const ModelConfig& model : config.model_config_list().config()) {
    const auto known = current_models.find(model.name());
    if (known == current_models.end() || !ServedAlike(*known->second, model)) {
      changed.push_back(model.name());
    }
  }
  // All that can be wrong has been looked at, so nothing fails from here on.
  // Models that go keep their routes until the source has given them up.
  const auto routes = RoutesOf(config);
  auto transition = routes;
  transition.merge(RoutesOf(*current));
  if (absl::Status status = router_->UpdateRoutes(std::move(transition));
      !status.ok()) {
    return status;
  }
  if (absl::Status status = source_->UpdateConfig(
          SourceConfigOf(config, options_.file_system_poll_wait_seconds,
                         options_.servable_versions_always_present));
      !status.ok()) {
    return status;
  }
  if (absl::Status status = router_->UpdateRoutes(routes); !status.ok()) {
    return status;
  }
  labels_.Assign(config,
                 [this](const ServableId& id) { return IsAvailable(id); });
  {
    std::lock_guard<std::mutex> lock(mu_);
    config_ = std::make_shared<const Config>(config);
    const auto models = ByName(config);
    for (auto it = aspired_.begin(); it != aspired_.end();) {
      it = models.count(it->first) > 0 ? std::next(it) : aspired_.erase(it);
    }
    for (auto it = found_.begin(); it != found_.end();) {
      it = models.count(it->first) > 0 ? std::next(it) : found_.erase(it);
    }
  }
  AwaitReadiness(config);
  ModelNames removed;
  for (const auto& [name, model] : current_models) {
    if (routes.count(name) == 0) removed.push_back(name);
  }
  // Nothing looks any more for what is left of them in the storage.
  for (const std::string& name : removed) monitor_.ForgetEnded(name, {});
  ABSL_LOG(INFO) << "The configuration is replaced; new or changed models: "
                 << NamesOf(changed) << "; removed: " << NamesOf(removed)
                 << "; in all: " << config.model_config_list().config_size();
  config_event_bus_.Publish(config);
  return changed;
}

absl::Status ServerCore::ApplyConfig(const Config& config) {
  return Apply(config).status();
}

absl::Status ServerCore::ReloadConfig(const Config& config, absl::Time deadline,
                                      const std::function<bool()>& cancelled) {
  absl::StatusOr<ModelNames> changed = Apply(config);
  if (!changed.ok()) return changed.status();
  ModelNames pending = *std::move(changed);
  const size_t num_changed = pending.size();
  std::map<std::string, absl::Status> failed;
  while (true) {
    ModelNames still_pending;
    for (std::string& model : pending) {
      absl::Status problem;
      switch (ProgressOf(model, &problem)) {
        case Progress::kAvailable:
          break;
        case Progress::kFailed:
          failed.emplace(std::move(model), std::move(problem));
          break;
        case Progress::kPending:
          still_pending.push_back(std::move(model));
      }
    }
    pending = std::move(still_pending);
    if (stopping_) {
      return absl::UnavailableError(
          "This server is stopping; the configuration was in force");
    }
    if (pending.empty() || absl::Now() >= deadline) break;
    if (cancelled != nullptr && cancelled()) {
      return absl::CancelledError(
          "The caller stopped waiting; the configuration is in force");
    }
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(
        std::min(kProgressPeriod,
                 std::max(deadline - absl::Now(), absl::Milliseconds(1)))));
  }
  if (failed.empty() && pending.empty()) return absl::OkStatus();

  std::string message = absl::StrCat(
      "The configuration is in force; of ", num_changed,
      num_changed == 1 ? " new or changed model " : " new or changed models ");
  if (!failed.empty()) {
    absl::StrAppend(&message, failed.size(),
                    " failed to load (it is tried again)");
    absl::string_view separator = ": ";
    for (const auto& [model, problem] : failed) {
      absl::StrAppend(&message, separator, model, ": ", problem.message());
      separator = "; ";
    }
    if (!pending.empty()) message += "; ";
  }
  if (!pending.empty()) {
    absl::StrAppend(&message, pending.size(),
                    " still loading: ", NamesOf(pending));
    for (const std::string& model : pending) {
      const std::string problem = VersionProblem(model);
      if (!problem.empty())
        absl::StrAppend(&message, "; ", model, " ", problem);
    }
  }
  const absl::StatusCode code = failed.empty()
                                    ? absl::StatusCode::kDeadlineExceeded
                                    : failed.begin()->second.code();
  return absl::Status(code, message);
}

ServerCore::Progress ServerCore::ProgressOf(const std::string& model,
                                            absl::Status* problem) const {
  // Nothing can be waited for where nobody looks.
  if (options_.file_system_poll_wait_seconds < 0) return Progress::kAvailable;
  *problem = source_->poll_status(model);
  if (!source_->HasPolled(model)) {
    // A model that a later reload has taken away needs no more waiting for.
    return absl::IsNotFound(*problem) ? Progress::kAvailable
                                      : Progress::kPending;
  }
  if (!problem->ok()) return Progress::kFailed;
  std::vector<ServableData<StoragePath>> versions;
  {
    std::lock_guard<std::mutex> lock(mu_);
    if (const auto aspired = aspired_.find(model); aspired != aspired_.end()) {
      versions = aspired->second;
    }
  }
  std::map<int64_t, BasicManager::Snapshot> managed;
  for (auto& snapshot : manager_->GetManagedServableSnapshots(model)) {
    managed.emplace(snapshot.id.version, std::move(snapshot));
  }
  // What is still being uploaded is waited for only if there is nothing else.
  const bool all_awaited =
      !versions.empty() &&
      std::all_of(versions.begin(), versions.end(),
                  [](const auto& version) { return version.is_awaited(); });
  if (all_awaited) return Progress::kPending;
  Progress progress = Progress::kAvailable;
  for (const ServableData<StoragePath>& version : versions) {
    if (version.is_awaited()) continue;
    if (!version.ok()) {
      *problem = version.status();
      return Progress::kFailed;
    }
    const auto found = managed.find(version.id().version);
    const LoaderHarness::Snapshot* const wanted =
        found == managed.end()
            ? nullptr
            : SnapshotOfOrigin(found->second, version.data());
    if (wanted != nullptr && wanted->state == LoaderHarness::State::kReady) {
      continue;
    }
    // (One that waits for memory has a status too, and has not failed.)
    if (wanted != nullptr && !wanted->status.ok() &&
        wanted->num_failed_loads > 0) {
      *problem = wanted->status;
      return Progress::kFailed;
    }
    progress = Progress::kPending;
  }
  return progress;
}

void ServerCore::HandleEvent(const ServableState& state) {
  if (state.manager_state != ManagerState::kAvailable) return;
  labels_.VersionIsAvailable(state.id);
  readiness_.VersionIsAvailable(state.id);
}

void ServerCore::AwaitReadiness(const Config& config) {
  if (readiness_.is_ready()) return;
  Readiness::Awaited awaited;
  for (const ModelConfig& model : config.model_config_list().config()) {
    const std::string& name = model.name();
    if (!IsAvailable(name)) awaited.models.insert(name);
    for (const auto& [label, version] : model.version_labels()) {
      if (!IsAvailable(ServableId{name, version})) {
        awaited.versions.insert({name, version});
      }
    }
  }
  readiness_.Await(std::move(awaited));
  // What has become available meanwhile.
  for (const ModelConfig& model : config.model_config_list().config()) {
    for (const auto& [version, known] :
         monitor_.GetVersionStates(model.name())) {
      if (known.state.manager_state == ManagerState::kAvailable) {
        readiness_.VersionIsAvailable(known.state.id);
      }
    }
    if (options_.allow_version_labels_for_unavailable_models &&
        source_->HasPolled(model.name())) {
      readiness_.AwaitAtMost(model.name(), AspiredVersions(model.name()));
    }
  }
}

ModelServerConfig ServerCore::config() const { return *CurrentConfig(); }

std::shared_ptr<const ModelServerConfig> ServerCore::CurrentConfig() const {
  std::lock_guard<std::mutex> lock(mu_);
  return config_;
}

std::set<int64_t> ServerCore::AspiredVersions(absl::string_view model) const {
  std::set<int64_t> aspired;
  std::lock_guard<std::mutex> lock(mu_);
  const auto versions = aspired_.find(model);
  if (versions == aspired_.end()) return aspired;
  for (const ServableData<StoragePath>& version : versions->second) {
    aspired.insert(version.id().version);
  }
  return aspired;
}

bool ServerCore::IsAvailable(const ServableId& id) const {
  const auto known = monitor_.GetState(id);
  return known.has_value() &&
         known->state.manager_state == ManagerState::kAvailable;
}

bool ServerCore::IsConfigured(absl::string_view model) const {
  const std::shared_ptr<const Config> config = CurrentConfig();
  const auto& models = config->model_config_list().config();
  return std::any_of(
      models.begin(), models.end(),
      [model](const ModelConfig& m) { return m.name() == model; });
}

bool ServerCore::IsAvailable(absl::string_view model) const {
  for (const auto& [version, known] : monitor_.GetVersionStates(model)) {
    if (known.state.manager_state == ManagerState::kAvailable) return true;
  }
  return false;
}

absl::StatusOr<ServableRequest> ServerCore::RequestOf(
    const ModelSpec& spec) const {
  if (spec.name().empty()) {
    return absl::InvalidArgumentError(
        "The request names no model: set model_spec.name");
  }
  switch (spec.version_choice_case()) {
    case ModelSpec::kVersion:
      return ServableRequest::Specific(spec.name(), spec.version().value());
    case ModelSpec::kVersionLabel: {
      const auto target = labels_.Find(spec.name(), spec.version_label());
      if (!target.has_value()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Unrecognized servable version label: ", spec.version_label(), "; ",
            WhyNotLabel(FactsOf(spec.name()), spec.version_label())));
      }
      return ServableRequest::Specific(
          spec.name(), target->previous.value_or(target->version));
    }
    case ModelSpec::VERSION_CHOICE_NOT_SET:
      return ServableRequest::Latest(spec.name());
  }
  return absl::InternalError("A version choice that is not known");
}

absl::StatusOr<ServableHandle<SavedModelBundle>> ServerCore::GetModel(
    const ModelSpec& spec) const {
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) return request.status();
  while (true) {
    auto handle = manager_->GetServableHandle<SavedModelBundle>(*request);
    if (!absl::IsNotFound(handle.status())) return handle;
    // A label may have moved away from the version in the meantime.
    absl::StatusOr<ServableRequest> now = RequestOf(spec);
    if (!now.ok()) return now.status();
    if (now->version == request->version) {
      return absl::NotFoundError(absl::StrCat(handle.status().message(), "; ",
                                              WhyUnavailable(*request, spec)));
    }
    request = std::move(now);
  }
}

absl::StatusOr<GetModelStatusResponse> ServerCore::GetModelStatus(
    const ModelSpec& spec) const {
  if (spec.name().empty()) {
    return absl::NotFoundError(
        "Could not find any versions of a model without a name: set "
        "model_spec.name");
  }
  const bool is_labelled =
      spec.version_choice_case() == ModelSpec::kVersionLabel;
  if (is_labelled && !IsConfigured(spec.name())) {
    return absl::NotFoundError(
        absl::StrCat("Could not find any versions of model ", spec.name(), "; ",
                     WhyNotLabel(FactsOf(spec.name()), spec.version_label())));
  }
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) return request.status();
  GetModelStatusResponse response;
  if (request->version.has_value()) {
    const auto known =
        monitor_.GetState(ServableId{request->name, *request->version});
    if (!known.has_value()) {
      return absl::NotFoundError(absl::StrCat(
          "Could not find version ", *request->version, " of model ",
          request->name, "; ", WhyUnavailable(*request, spec)));
    }
    AddVersion(known->state, &response);
    return response;
  }
  for (const auto& [version, known] :
       monitor_.GetVersionStates(request->name)) {
    AddVersion(known.state, &response);
  }
  if (response.model_version_status().empty()) {
    return absl::NotFoundError(
        absl::StrCat("Could not find any versions of model ", request->name,
                     "; ", WhyUnavailable(*request, spec)));
  }
  return response;
}

std::string ServerCore::VersionProblem(absl::string_view model) const {
  const std::set<int64_t> aspired = AspiredVersions(model);
  for (const auto& [version, known] : monitor_.GetVersionStates(model)) {
    const ServableState& state = known.state;
    if (state.health.ok()) continue;
    // What has ended and is not wanted any more is no problem any more.
    if (state.manager_state == ManagerState::kEnd &&
        aspired.count(version) == 0) {
      continue;
    }
    return absl::StrCat("version ", version, ": ", state.health.message());
  }
  return "";
}

std::vector<ModelSummary> ServerCore::ListModels() const {
  const std::shared_ptr<const Config> config = CurrentConfig();
  const Readiness::Awaited awaited = readiness_.awaited();
  std::vector<ModelSummary> models;
  for (const auto& [name, model] : ByName(*config)) {
    ModelSummary summary;
    summary.name = name;
    for (const auto& [version, known] : monitor_.GetVersionStates(name)) {
      AddVersion(known.state, &summary.versions);
      summary.available |=
          known.state.manager_state == ManagerState::kAvailable;
    }
    const absl::Status polled = source_->poll_status(name);
    summary.problem =
        polled.ok() ? VersionProblem(name) : std::string(polled.message());
    if (!summary.available && summary.problem.empty()) {
      summary.problem = "no version has been loaded yet";
    }
    for (const auto& [label, version] : model->version_labels()) {
      if (awaited.versions.count({name, version}) > 0) {
        summary.awaited_labels.push_back(
            WhyNotVersion(FactsOf(name), version, label));
      }
    }
    models.push_back(std::move(summary));
  }
  return models;
}

UnavailableModel ServerCore::FactsOf(const std::string& model) const {
  UnavailableModel facts;
  facts.name = model;
  const std::shared_ptr<const Config> config = CurrentConfig();
  for (const auto& [name, model_config] : ByName(*config)) {
    facts.configured_models.push_back(name);
    if (name != model) continue;
    facts.is_configured = true;
    facts.base_path = model_config->base_path();
    facts.labels.insert(model_config->version_labels().begin(),
                        model_config->version_labels().end());
  }
  facts.polled = source_->poll_status(model);
  facts.aspired = AspiredVersions(model);
  facts.states = monitor_.GetVersionStates(model);
  std::lock_guard<std::mutex> lock(mu_);
  if (const auto found = found_.find(model); found != found_.end()) {
    facts.found = found->second.versions;
  }
  return facts;
}

std::string ServerCore::WhyUnavailable(const ServableRequest& request,
                                       const ModelSpec& spec) const {
  const UnavailableModel facts = FactsOf(request.name);
  return request.version.has_value()
             ? WhyNotVersion(facts, *request.version, spec.version_label())
             : WhyNoVersion(facts);
}

}  // namespace tfs3
