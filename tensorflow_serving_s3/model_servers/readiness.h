// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_READINESS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_READINESS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// Tracks when the server becomes ready: when a version of each awaited model,
// and each awaited version, has become available.
//
//   Readiness readiness;
//   readiness.Await({{"half"}, {{"half", 7}}});
//   readiness.VersionIsAvailable({"half", 7});
//   readiness.is_ready();  // true, and stays so
//
// Thread-safe.
class Readiness {
 public:
  struct Awaited {
    std::set<std::string, std::less<>> models;
    std::set<ServableId> versions;
  };

  // Replaces the awaited models and versions. Does nothing after the server has
  // become ready.
  void Await(Awaited awaited);

  // Awaits every model and labelled version of `config` that is not available.
  void AwaitConfig(
      const tensorflow::serving::ModelServerConfig& config,
      const std::function<std::set<int64_t>(const std::string& model)>&
          available_versions);

  void VersionIsAvailable(const ServableId& id);

  // Stops awaiting the versions of `model` that are not in `versions`.
  void AwaitAtMost(const std::string& model, const std::set<int64_t>& versions);

  bool is_ready() const { return ready_; }

  Awaited awaited() const;

 private:
  void UpdateLocked();

  mutable std::mutex mu_;
  Awaited awaited_;  // Guarded by mu_.
  std::atomic<bool> ready_{false};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_READINESS_H_
