// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_C_API_MANAGER_LOOKUP_H_
#define TENSORFLOW_SERVING_S3_C_API_MANAGER_LOOKUP_H_

#include <vector>

#include "absl/status/statusor.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3::c_api {

// Lets the APIs use a manager without a server. It knows no labels.
// Thread-safe.
class ManagerLookup final : public ModelLookup, public ServerStatus {
 public:
  // Both must outlive this object.
  ManagerLookup(const Manager* manager, const ServableStateMonitor* monitor)
      : manager_(manager), monitor_(monitor) {}

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override;
  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override;

  bool IsReady() const override { return true; }
  bool IsStopping() const override { return false; }
  std::vector<ModelSummary> ListModels() const override;

 private:
  const Manager* const manager_;
  const ServableStateMonitor* const monitor_;
};

}  // namespace tfs3::c_api

#endif  // TENSORFLOW_SERVING_S3_C_API_MANAGER_LOOKUP_H_
