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

// What the version labels of all models point at: "stable" of model "half" is
// version 7.
//
//   VersionLabels labels;
//   labels.Assign(config, is_available);
//   labels.Find("half", "stable")->version;  // 7
//
// A label that moves to a version that is still loading points at the old one
// too, until VersionIsAvailable says that the new one can be had: so its
// requests never fail because of the move. Thread-safe; Find is wait-free.
class VersionLabels {
 public:
  struct Target {
    int64_t version;
    // Where to go as long as `version` is not available for the first time.
    std::optional<int64_t> previous;
  };

  VersionLabels();

  // Nothing if the model has no such label.
  std::optional<Target> Find(absl::string_view model,
                             absl::string_view label) const;

  // From now on the labels are those of `config`, a valid one; all at once. A
  // label moves at once to a version of which `is_available` says so.
  void Assign(const tensorflow::serving::ModelServerConfig& config,
              const std::function<bool(const ServableId&)>& is_available);

  // Ends the move of labels to this version.
  void VersionIsAvailable(const ServableId& id);

 private:
  using LabelMap = std::map<std::string, Target, std::less<>>;
  using ModelMap = std::map<std::string, LabelMap, std::less<>>;

  ModelMap Current() const;

  std::mutex mu_;  // Held by those who replace the labels.
  SnapshotPtr<ModelMap> models_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_VERSION_LABELS_H_
