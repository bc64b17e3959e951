// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_VERSION_LABELS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_VERSION_LABELS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/snapshot_ptr.h"

namespace tfs3 {

// The version labels of all models and their targets: label "stable" of model
// "half" points at version 7.
//
//   VersionLabels labels;
//   labels.Assign(config, is_available);
//   labels.Find("half", "stable")->version;  // 7
//
// A label that moves to a version that is still loading keeps its previous
// version until VersionIsAvailable is called for the new one. So requests with
// the label do not fail because of the move. Thread-safe; Find is wait-free.
class VersionLabels {
 public:
  struct Target {
    int64_t version;
    // The version to use until `version` has become available.
    std::optional<int64_t> previous;
  };

  VersionLabels();

  // Returns nullopt if the model has no such label.
  std::optional<Target> Find(absl::string_view model,
                             absl::string_view label) const;

  // Replaces all labels by those of `config`, atomically. `config` must be
  // valid. A label moves immediately to a version for which `is_available` is
  // true.
  void Assign(const tensorflow::serving::ModelServerConfig& config,
              const std::function<bool(const ServableId&)>& is_available);

  // Completes the move of labels to version `id`.
  void VersionIsAvailable(const ServableId& id);

 private:
  using LabelMap = std::map<std::string, Target, std::less<>>;
  using ModelMap = std::map<std::string, LabelMap, std::less<>>;

  ModelMap Current() const;

  std::mutex mu_;  // Held while the labels are replaced.
  SnapshotPtr<ModelMap> models_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_VERSION_LABELS_H_
