// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/path_hiding/path_hiding_view.h"

#include <string>

namespace tfs3 {

using ::tensorflow::serving::GetModelStatusResponse;

absl::StatusOr<GetModelStatusResponse> PathHidingView::GetModelStatus(
    const tensorflow::serving::ModelSpec& spec) const {
  absl::StatusOr<GetModelStatusResponse> response =
      lookup_->GetModelStatus(spec);
  if (response.ok()) {
    HideIn(&*response);
  }
  return response;
}

std::vector<ModelSummary> PathHidingView::ListModels() const {
  std::vector<ModelSummary> models = server_->ListModels();
  for (ModelSummary& model : models) {
    model.problem = hider_->Hide(model.problem);
    HideIn(&model.versions);
  }
  return models;
}

void PathHidingView::HideIn(GetModelStatusResponse* response) const {
  for (auto& version : *response->mutable_model_version_status()) {
    std::string* const message =
        version.mutable_status()->mutable_error_message();
    *message = hider_->Hide(*message);
  }
}

}  // namespace tfs3
