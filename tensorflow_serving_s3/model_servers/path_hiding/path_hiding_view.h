// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_PATH_HIDING_PATH_HIDING_VIEW_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_PATH_HIDING_PATH_HIDING_VIEW_H_

#include <vector>

#include "absl/status/statusor.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/path_hiding/path_hider.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Hides the paths of the server in the states of models and versions. Does not
// change returned errors: the servers log them first, and then hide the paths.
class PathHidingView final : public ModelLookup, public ServerStatus {
 public:
  // All arguments must outlive this object.
  PathHidingView(const ModelLookup* lookup, const ServerStatus* server,
                 const PathHider* hider)
      : lookup_(lookup), server_(server), hider_(hider) {}

  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override {
    return lookup_->GetModel(spec);
  }
  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override;

  bool IsReady() const override { return server_->IsReady(); }
  bool IsStopping() const override { return server_->IsStopping(); }
  std::vector<ModelSummary> ListModels() const override;
  std::string SourceProblem() const override {
    return hider_->Hide(server_->SourceProblem());
  }

 private:
  void HideIn(tensorflow::serving::GetModelStatusResponse* response) const;

  const ModelLookup* const lookup_;
  const ServerStatus* const server_;
  const PathHider* const hider_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_PATH_HIDING_PATH_HIDING_VIEW_H_
