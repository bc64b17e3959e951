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

// Loads one SavedModel. The servable is a SavedModelBundle.
//
//   SavedModelLoader loader("s3://models/half/1", options);
//   absl::Status status = loader.Load({ServableId{"half", 1}});
//   SavedModelBundle* model = loader.servable().get<SavedModelBundle>();
//
// Unload frees the model's memory. Blocks below 256 KiB go back to the
// operating system immediately. TensorFlow's oneDNN allocator keeps larger
// blocks for the next model, unless the process starts with
// TF_ONEDNN_USE_SYSTEM_ALLOCATOR=1 in its environment.
class SavedModelLoader : public Loader {
 public:
  // `options` is not null. Several loaders may share it.
  SavedModelLoader(std::string path,
                   std::shared_ptr<const SavedModelOptions> options);
  ~SavedModelLoader() override;

  // Loads the model and warms it up. Returns the error of either.
  absl::Status Load(const LoadContext& context) override;
  void Unload() override;
  AnyPtr servable() override;

  // Returns 1.2 times the size of the model's files. TensorFlow Serving uses
  // this factor too, for the memory that a model needs beside its files.
  absl::StatusOr<ResourceEstimate> EstimateResources() const override;

  std::string origin() const override { return path_; }

 private:
  class SessionIdentity;

  const std::string path_;
  // Set by the first EstimateResources.
  mutable std::optional<ResourceEstimate> estimate_;
  const std::shared_ptr<const SavedModelOptions> options_;
  // Declared before bundle_: it must outlive the session.
  std::unique_ptr<SessionIdentity> identity_;
  std::unique_ptr<SavedModelBundle> bundle_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_LOADER_H_
