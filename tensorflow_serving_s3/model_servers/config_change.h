// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_CHANGE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_CHANGE_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"

// Functions about the change from a valid configuration to the next one.
namespace tfs3 {

// Returns pointers into `config`.
std::map<std::string, const tensorflow::serving::ModelConfig*, std::less<>>
ModelsByName(const tensorflow::serving::ModelServerConfig& config);

bool HasModel(const tensorflow::serving::ModelServerConfig& config,
              absl::string_view name);

// Returns the names of the models of `next` that are new or have another base
// path, version policy or platform.
std::vector<std::string> ChangedModels(
    const tensorflow::serving::ModelServerConfig& current,
    const tensorflow::serving::ModelServerConfig& next);

// Returns the names of the models that are only in `current`.
std::vector<std::string> RemovedModels(
    const tensorflow::serving::ModelServerConfig& current,
    const tensorflow::serving::ModelServerConfig& next);

struct ChangeRules {
  // Returns the state of a version; nullopt if it is unknown.
  std::function<std::optional<ServableState>(const ServableId&)> state_of;
  // Whether a new label may point at a version that is not available.
  bool allow_new_labels_for_unavailable_versions = false;
};

// Returns FAILED_PRECONDITION if
//
//  - `next` is empty; model_config_list {} removes all models
//  - a label of a model that does not change points at a version that is not
//    available, except an old label that does not move (see also ChangeRules)
absl::Status ValidateChange(
    const tensorflow::serving::ModelServerConfig& current,
    const tensorflow::serving::ModelServerConfig& next,
    const ChangeRules& rules);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_CHANGE_H_
