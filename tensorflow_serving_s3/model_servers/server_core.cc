// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_core.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving/config/file_system_storage_path_source.pb.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/target.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::FileSystemStoragePathSourceConfig;
using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;

constexpr absl::string_view kTensorFlowPlatform = "tensorflow";

// The version that a spec asks for, or none for the newest. Labels come with
// configuration files, so a model named by flags has none.
absl::StatusOr<ServableRequest> RequestOf(const ModelSpec& spec) {
  if (spec.name().empty()) {
    return absl::InvalidArgumentError(
        "The request names no model: set model_spec.name");
  }
  switch (spec.version_choice_case()) {
    case ModelSpec::kVersion:
      return ServableRequest::Specific(spec.name(), spec.version().value());
    case ModelSpec::kVersionLabel:
      return absl::InvalidArgumentError(
          absl::StrCat("Unrecognized servable version label: model \"",
                       spec.name(), "\" has no label \"", spec.version_label(),
                       "\"; ask for a version by its number, or for none"));
    case ModelSpec::VERSION_CHOICE_NOT_SET:
      return ServableRequest::Latest(spec.name());
  }
  return absl::InternalError("A version choice that is not known");
}

ModelVersionStatus::State StateOf(ServableState::ManagerState state) {
  switch (state) {
    case ServableState::ManagerState::kStart:
      return ModelVersionStatus::START;
    case ServableState::ManagerState::kLoading:
      return ModelVersionStatus::LOADING;
    case ServableState::ManagerState::kAvailable:
      return ModelVersionStatus::AVAILABLE;
    case ServableState::ManagerState::kUnloading:
      return ModelVersionStatus::UNLOADING;
    case ServableState::ManagerState::kEnd:
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

// The sources' part of the configuration of the models.
absl::StatusOr<FileSystemStoragePathSourceConfig> SourceConfig(
    const ServerCore::Options& options) {
  FileSystemStoragePathSourceConfig config;
  config.set_file_system_poll_wait_seconds(
      options.file_system_poll_wait_seconds);
  for (const ModelConfig& model : options.model_config_list.config()) {
    if (!model.model_platform().empty() &&
        model.model_platform() != kTensorFlowPlatform) {
      return absl::InvalidArgumentError(
          absl::StrCat("Model \"", model.name(), "\" has the platform \"",
                       model.model_platform(), "\"; only \"",
                       kTensorFlowPlatform, "\" can be served"));
    }
    auto* servable = config.add_servables();
    servable->set_servable_name(model.name());
    servable->set_base_path(model.base_path());
    if (model.has_model_version_policy()) {
      *servable->mutable_servable_version_policy() =
          model.model_version_policy();
    }
  }
  return config;
}

}  // namespace

ServerCore::ServerCore(SavedModelOptions saved_model)
    : monitor_(&event_bus_), adapter_(std::move(saved_model)) {}

absl::StatusOr<std::unique_ptr<ServerCore>> ServerCore::Create(
    Options options) {
  absl::StatusOr<FileSystemStoragePathSourceConfig> source_config =
      SourceConfig(options);
  if (!source_config.ok()) return source_config.status();

  auto core = absl::WrapUnique(new ServerCore(std::move(options.saved_model)));

  AspiredVersionsManager::Options manager_options;
  manager_options.aspired_version_policy =
      std::make_unique<AvailabilityPreservingPolicy>();
  manager_options.servable_event_bus = &core->event_bus_;
  manager_options.num_load_threads = options.num_load_threads;
  manager_options.num_unload_threads = options.num_unload_threads;
  manager_options.max_num_load_retries = options.max_num_load_retries;
  manager_options.load_retry_interval = options.load_retry_interval;
  auto manager = AspiredVersionsManager::Create(std::move(manager_options));
  if (!manager.ok()) return manager.status();
  core->manager_ = *std::move(manager);

  auto source = FileSystemStoragePathSource::Create(*source_config);
  if (!source.ok()) return source.status();
  core->source_ = *std::move(source);
  return core;
}

void ServerCore::Start() {
  ConnectSourceToTarget(&adapter_, manager_.get());
  ConnectSourceToTarget(source_.get(), &adapter_);
}

absl::StatusOr<ServableHandle<SavedModelBundle>> ServerCore::GetModel(
    const ModelSpec& spec) const {
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) return request.status();
  auto handle = manager_->GetServableHandle<SavedModelBundle>(*request);
  if (!absl::IsNotFound(handle.status())) return handle;
  return absl::NotFoundError(
      absl::StrCat(handle.status().message(), WhyUnavailable(*request)));
}

absl::StatusOr<GetModelStatusResponse> ServerCore::GetModelStatus(
    const ModelSpec& spec) const {
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) return request.status();
  GetModelStatusResponse response;
  if (request->version.has_value()) {
    const auto known =
        monitor_.GetState(ServableId{request->name, *request->version});
    if (!known.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("Could not find version ", *request->version,
                       " of model ", request->name, WhyUnavailable(*request)));
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
                     WhyUnavailable(*request)));
  }
  return response;
}

std::string ServerCore::WhyUnavailable(const ServableRequest& request) const {
  const absl::Status polled = source_->poll_status(request.name);
  if (!polled.ok()) return absl::StrCat("; ", polled.message());
  for (const auto& [version, known] : monitor_.GetVersionStates(request.name)) {
    const bool asked_for = request.version.value_or(version) == version;
    if (asked_for && !known.state.health.ok()) {
      return absl::StrCat("; version ", version, ": ",
                          known.state.health.message());
    }
  }
  return "";
}

}  // namespace tfs3
