// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/model_status_reader.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/model_servers/config_change.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelServerConfig;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;

using ManagerState = ServableState::ManagerState;

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

}  // namespace

ModelStatusReader::ModelStatusReader(Parts parts) : parts_(std::move(parts)) {}

absl::StatusOr<ServableRequest> ModelStatusReader::RequestOf(
    const ModelSpec& spec) const {
  if (spec.name().empty()) {
    return absl::InvalidArgumentError(
        "The request names no model: set model_spec.name");
  }
  switch (spec.version_choice_case()) {
    case ModelSpec::kVersion:
      return ServableRequest::Specific(spec.name(), spec.version().value());
    case ModelSpec::kVersionLabel: {
      const auto target =
          parts_.labels->Find(spec.name(), spec.version_label());
      if (!target.has_value()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Unrecognized servable version label: ", spec.version_label(), "; ",
            ExplainUnavailableLabel(UnavailableModelOf(spec.name()),
                                    spec.version_label())));
      }
      return ServableRequest::Specific(
          spec.name(), target->previous.value_or(target->version));
    }
    case ModelSpec::VERSION_CHOICE_NOT_SET:
      return ServableRequest::Latest(spec.name());
  }
  return absl::InternalError("Unknown version_choice in model_spec");
}

absl::StatusOr<GetModelStatusResponse> ModelStatusReader::GetModelStatus(
    const ModelSpec& spec) const {
  if (spec.name().empty()) {
    return absl::NotFoundError(
        "Could not find any versions of a model without a name: set "
        "model_spec.name");
  }
  if (spec.version_choice_case() == ModelSpec::kVersionLabel &&
      !HasModel(*parts_.config(), spec.name())) {
    return absl::NotFoundError(
        absl::StrCat("Could not find any versions of model ", spec.name(), "; ",
                     ExplainUnavailableLabel(UnavailableModelOf(spec.name()),
                                             spec.version_label())));
  }
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) {
    return request.status();
  }
  GetModelStatusResponse response;
  if (request->version.has_value()) {
    const auto known =
        parts_.monitor->GetState(ServableId{request->name, *request->version});
    if (!known.has_value()) {
      return absl::NotFoundError(absl::StrCat(
          "Could not find version ", *request->version, " of model ",
          request->name, "; ", ExplainUnavailable(*request, spec)));
    }
    AddVersion(known->state, &response);
    return response;
  }
  for (const auto& [version, known] :
       parts_.monitor->GetVersionStates(request->name)) {
    AddVersion(known.state, &response);
  }
  if (response.model_version_status().empty()) {
    return absl::NotFoundError(
        absl::StrCat("Could not find any versions of model ", request->name,
                     "; ", ExplainUnavailable(*request, spec)));
  }
  return response;
}

std::string ModelStatusReader::VersionProblem(absl::string_view model) const {
  const std::set<int64_t> aspired = parts_.versions->AspiredNumbers(model);
  for (const auto& [version, known] : parts_.monitor->GetVersionStates(model)) {
    const ServableState& state = known.state;
    const bool is_gone = state.manager_state == ManagerState::kEnd &&
                         aspired.count(version) == 0;
    if (!state.health.ok() && !is_gone) {
      return absl::StrCat("version ", version, ": ", state.health.message());
    }
  }
  return "";
}

std::vector<ModelSummary> ModelStatusReader::ListModels() const {
  const auto config = parts_.config();
  const Readiness::Awaited awaited = parts_.readiness->awaited();
  std::vector<ModelSummary> models;
  for (const auto& [name, model] : ModelsByName(*config)) {
    ModelSummary summary;
    summary.name = name;
    for (const auto& [version, known] :
         parts_.monitor->GetVersionStates(name)) {
      AddVersion(known.state, &summary.versions);
      summary.available |=
          known.state.manager_state == ManagerState::kAvailable;
    }
    const absl::Status polled = parts_.poll_status(name);
    summary.problem =
        polled.ok() ? VersionProblem(name) : std::string(polled.message());
    if (!summary.available && summary.problem.empty()) {
      summary.problem = "no version has been loaded yet";
    }
    for (const auto& [label, version] : model->version_labels()) {
      if (awaited.versions.count({name, version}) > 0) {
        summary.awaited_labels.push_back(ExplainUnavailableVersion(
            UnavailableModelOf(name), version, label));
      }
    }
    models.push_back(std::move(summary));
  }
  AddProblemsOfUnknownModels(*config, models);
  return models;
}

void ModelStatusReader::AddProblemsOfUnknownModels(
    const ModelServerConfig& config, std::vector<ModelSummary>& models) const {
  if (parts_.custom_source == nullptr) {
    return;
  }
  for (const auto& [name, problem] : parts_.custom_source->problems()) {
    if (!name.empty() && !problem.empty() && !HasModel(config, name)) {
      ModelSummary summary;
      summary.name = name;
      summary.problem = problem;
      models.push_back(std::move(summary));
    }
  }
  std::sort(models.begin(), models.end(),
            [](const ModelSummary& a, const ModelSummary& b) {
              return a.name < b.name;
            });
}

std::string ModelStatusReader::ExplainUnavailable(
    const ServableRequest& request, const ModelSpec& spec) const {
  const UnavailableModel facts = UnavailableModelOf(request.name);
  return request.version.has_value()
             ? ExplainUnavailableVersion(facts, *request.version,
                                         spec.version_label())
             : ExplainNoVersion(facts);
}

UnavailableModel ModelStatusReader::UnavailableModelOf(
    const std::string& model) const {
  UnavailableModel facts;
  facts.name = model;
  const auto config = parts_.config();
  for (const auto& [name, model_config] : ModelsByName(*config)) {
    facts.configured_models.push_back(name);
    if (name != model) {
      continue;
    }
    facts.is_configured = true;
    facts.base_path = model_config->base_path();
    facts.labels.insert(model_config->version_labels().begin(),
                        model_config->version_labels().end());
  }
  facts.polled = parts_.poll_status(model);
  facts.aspired = parts_.versions->AspiredNumbers(model);
  facts.states = parts_.monitor->GetVersionStates(model);
  facts.has_custom_source = parts_.custom_source != nullptr;
  if (facts.has_custom_source) {
    facts.base_path = "the list of the source";
    facts.found = facts.aspired;
  } else {
    facts.found = parts_.versions->Found(model);
  }
  return facts;
}

}  // namespace tfs3
