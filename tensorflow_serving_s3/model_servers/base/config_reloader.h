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

  // Makes `config` the whole configuration: models that are not in it any more
  // are unloaded, new ones are loaded, those that are unchanged are not
  // touched. Returns as soon as it is in force; models load in the background.
  //
  // INVALID_ARGUMENT or FAILED_PRECONDITION, with the model and the cure, if
  // anything in it is wrong; then nothing at all has changed.
  virtual absl::Status ApplyConfig(
      const tensorflow::serving::ModelServerConfig& config) = 0;

  // As ApplyConfig, then waits until every model that is new or changed has all
  // its versions available, or has failed for the first time.
  //
  // Errors besides those of ApplyConfig, with `config` in force: the code of
  // the first model that failed, with every one that did and why (they are
  // tried again, see ServerCore); DEADLINE_EXCEEDED with those that are still
  // loading at `deadline`; CANCELLED when `cancelled` (may be null) says so.
  virtual absl::Status ReloadConfig(
      const tensorflow::serving::ModelServerConfig& config, absl::Time deadline,
      const std::function<bool()>& cancelled) = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_CONFIG_RELOADER_H_
