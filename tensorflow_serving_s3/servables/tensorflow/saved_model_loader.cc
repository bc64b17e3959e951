// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/saved_model_loader.h"

#include <malloc.h>

#include <utility>

#include "absl/status/statusor.h"
#include "tensorflow/core/protobuf/config.pb.h"

namespace tfs3 {

SavedModelLoader::SavedModelLoader(
    std::string path, std::shared_ptr<const SavedModelOptions> options)
    : path_(std::move(path)), options_(std::move(options)) {}

absl::Status SavedModelLoader::Load(const LoadContext& context) {
  SavedModelOptions options = *options_;
  // What TensorFlow's own metrics and profiles call the session.
  auto* metadata = options.session_options.config.mutable_experimental()
                       ->mutable_session_metadata();
  metadata->set_name(context.servable_id.name);
  metadata->set_version(context.servable_id.version);

  absl::StatusOr<std::unique_ptr<SavedModelBundle>> bundle =
      SavedModelBundle::Load(path_, options);
  if (!bundle.ok()) return bundle.status();
  bundle_ = *std::move(bundle);
  return absl::OkStatus();
}

void SavedModelLoader::Unload() {
  bundle_.reset();
  // Freed pages in the middle of the heap stay with the process otherwise.
  malloc_trim(0);
}

AnyPtr SavedModelLoader::servable() { return AnyPtr(bundle_.get()); }

}  // namespace tfs3
