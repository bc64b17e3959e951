// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_CONFIG_RELOADER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_CONFIG_RELOADER_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow_serving/config/model_server_config.pb.h"

namespace tfs3 {

// Replaces the configuration of a running server. Thread-safe.
class ConfigReloader {
 public:
  virtual ~ConfigReloader() = default;

  // Replaces the whole configuration. Loads new models, unloads removed models,
  // and keeps unchanged models. Returns when the configuration is in force;
  // models load in the background.
  //
  // Returns INVALID_ARGUMENT or FAILED_PRECONDITION, with the model and the
  // cure, if `config` is wrong. The old configuration then stays in force.
  virtual absl::Status ApplyConfig(
      const tensorflow::serving::ModelServerConfig& config) = 0;

  // As ApplyConfig, then waits until every new or changed model has all its
  // versions available, or has failed for the first time.
  //
  // Returns the errors of ApplyConfig or, with `config` in force,
  //
  //  - the code of the first failed model, with the problem of each failed
  //  model;
  //    the server tries to load them again
  //  - DEADLINE_EXCEEDED with the models that are still loading at `deadline`
  //  - CANCELLED if `cancelled`, which may be null, returns true
  virtual absl::Status ReloadConfig(
      const tensorflow::serving::ModelServerConfig& config, absl::Time deadline,
      const std::function<bool()>& cancelled) = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_CONFIG_RELOADER_H_
