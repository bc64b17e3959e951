// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_LOADER_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_LOADER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// A Loader of one SavedModel; its servable is a SavedModelBundle.
//
//   SavedModelLoader loader("s3://models/half/1", options);
//   absl::Status status = loader.Load({ServableId{"half", 1}});
//   SavedModelBundle* model = loader.servable().get<SavedModelBundle>();
//
// Unload frees the model's memory. What goes back to the operating system at
// once are blocks below 256 KiB; larger ones stay with TensorFlow's oneDNN
// allocator, which uses them for the next model, unless the environment has
// TF_ONEDNN_USE_SYSTEM_ALLOCATOR=1 when the process starts.
class SavedModelLoader : public Loader {
 public:
  // `options` may be shared by any number of loaders; not null.
  SavedModelLoader(std::string path,
                   std::shared_ptr<const SavedModelOptions> options);
  ~SavedModelLoader() override;

  // Loads the model and warms it up, which may fail too (see WarmUp).
  absl::Status Load(const LoadContext& context) override;
  void Unload() override;
  AnyPtr servable() override;

  // 1.2 times the bytes of the model's files: the factor by which TensorFlow
  // Serving makes room for what is not on disk.
  absl::StatusOr<ResourceEstimate> EstimateResources() const override;

  // The path.
  std::string origin() const override { return path_; }

 private:
  class SessionIdentity;

  const std::string path_;
  // Set by the first EstimateResources.
  mutable std::optional<ResourceEstimate> estimate_;
  const std::shared_ptr<const SavedModelOptions> options_;
  // Before bundle_: it is the session's as long as there is one.
  std::unique_ptr<SessionIdentity> identity_;
  std::unique_ptr<SavedModelBundle> bundle_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_LOADER_H_
