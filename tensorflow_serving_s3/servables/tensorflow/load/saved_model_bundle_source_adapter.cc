// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"

#include <utility>

#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_loader.h"

namespace tfs3 {

SavedModelBundleSourceAdapter::SavedModelBundleSourceAdapter(
    SavedModelOptions options)
    : options_(std::make_shared<const SavedModelOptions>(std::move(options))) {}

SavedModelBundleSourceAdapter::~SavedModelBundleSourceAdapter() { Detach(); }

absl::StatusOr<std::unique_ptr<Loader>> SavedModelBundleSourceAdapter::Convert(
    const StoragePath& path) {
  return std::make_unique<SavedModelLoader>(path, options_);
}

}  // namespace tfs3
