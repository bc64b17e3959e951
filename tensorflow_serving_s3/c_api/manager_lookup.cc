// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/c_api/manager_lookup.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3::c_api {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelSpec;
using ::tensorflow::serving::ModelVersionStatus;

void AddVersion(const ServableState& state, GetModelStatusResponse& response) {
  ModelVersionStatus* const added = response.add_model_version_status();
  added->set_version(state.id.version);
  ModelVersionStatus::State parsed = ModelVersionStatus::UNKNOWN;
  ModelVersionStatus::State_Parse(
      std::string(ManagerStateName(state.manager_state)), &parsed);
  added->set_state(parsed);
  added->mutable_status()->set_error_code(
      static_cast<tensorflow::error::Code>(state.health.code()));
  added->mutable_status()->set_error_message(
      std::string(state.health.message()));
}

absl::StatusOr<ServableRequest> RequestOf(const ModelSpec& spec) {
  if (spec.version_choice_case() == ModelSpec::kVersionLabel) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Unrecognized servable version label: ", spec.version_label(),
        "; a manager without a server has no labels"));
  }
  return spec.has_version()
             ? ServableRequest::Specific(spec.name(), spec.version().value())
             : ServableRequest::Latest(spec.name());
}

}  // namespace

absl::StatusOr<ServableHandle<SavedModelBundle>> ManagerLookup::GetModel(
    const ModelSpec& spec) const {
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) {
    return request.status();
  }
  return manager_->GetServableHandle<SavedModelBundle>(*request);
}

absl::StatusOr<GetModelStatusResponse> ManagerLookup::GetModelStatus(
    const ModelSpec& spec) const {
  absl::StatusOr<ServableRequest> request = RequestOf(spec);
  if (!request.ok()) {
    return request.status();
  }
  GetModelStatusResponse response;
  for (const auto& [version, known] :
       monitor_->GetVersionStates(request->name)) {
    if (!request->version.has_value() || *request->version == version) {
      AddVersion(known.state, response);
    }
  }
  if (response.model_version_status().empty()) {
    return absl::NotFoundError(
        absl::StrCat("Could not find any versions of model ", request->name));
  }
  return response;
}

std::vector<ModelSummary> ManagerLookup::ListModels() const {
  std::vector<ModelSummary> models;
  for (const auto& [name, versions] : monitor_->GetAllServableStates()) {
    ModelSummary summary;
    summary.name = name;
    for (const auto& [version, known] : versions) {
      AddVersion(known.state, summary.versions);
      summary.available |=
          known.state.manager_state == ServableState::ManagerState::kAvailable;
      if (summary.problem.empty() && !known.state.health.ok()) {
        summary.problem = absl::StrCat("version ", version, ": ",
                                       known.state.health.message());
      }
    }
    models.push_back(std::move(summary));
  }
  return models;
}

}  // namespace tfs3::c_api
