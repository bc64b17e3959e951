// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_MODEL_LOOKUP_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_MODEL_LOOKUP_H_

#include "absl/status/statusor.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Finds models for requests. Thread-safe; no call waits for a model to load.
class ModelLookup {
 public:
  virtual ~ModelLookup() = default;

  // Returns the loaded version that `spec` selects, or the newest one. Returns
  // INVALID_ARGUMENT if `spec` has no name or an unknown label, and NOT_FOUND
  // if there is no such model or version.
  virtual absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const = 0;

  // Returns the state of the version that `spec` selects, or of all versions of
  // the model, the newest first. Errors as for GetModel.
  virtual absl::StatusOr<tensorflow::serving::GetModelStatusResponse>
  GetModelStatus(const tensorflow::serving::ModelSpec& spec) const = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_MODEL_LOOKUP_H_
