// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_CUSTOM_SOURCE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_CUSTOM_SOURCE_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/core/target.h"

namespace tfs3 {

// The source that reports the models of a ServerCore without a configuration.
// Thread-safe. The destructor waits for running callbacks.
class CustomSource {
 public:
  // Returns problems as sentences by the name of the model; "" is the source as
  // a whole.
  using Problems = std::function<std::map<std::string, std::string>()>;

  // `problems` may be null.
  CustomSource(Source<StoragePath>* source, Problems problems);

  // Sends the lists of the source to `send` until this object is destroyed.
  // Call it once.
  void Connect(Source<StoragePath>::AspiredVersionsCallback send);

  std::map<std::string, std::string> problems() const;

  // Returns the problem of a model, or of the source as a whole.
  absl::Status StatusOf(absl::string_view model) const;

  // Returns true from the time when the source has reported a list, has no
  // problem as a whole, and all models of `config` are available.
  bool IsReady(
      const tensorflow::serving::ModelServerConfig& config,
      const std::function<bool(absl::string_view model)>& is_available) const;

  // Returns `config` with `model` if there are versions, else without it.
  static tensorflow::serving::ModelServerConfig UpdatedConfig(
      const tensorflow::serving::ModelServerConfig& config,
      absl::string_view model,
      const std::vector<ServableData<StoragePath>>& versions);

 private:
  Source<StoragePath>* const source_;
  const Problems problems_;
  std::atomic<bool> has_reported_{false};
  mutable std::atomic<bool> was_ready_{false};
  std::unique_ptr<Target<StoragePath>> target_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_CUSTOM_SOURCE_H_
