// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_BUNDLE_SOURCE_ADAPTER_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_BUNDLE_SOURCE_ADAPTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/source_adapter.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Converts paths of model versions into loaders of SavedModels. Connects a
// source of paths to a manager:
//
//   SavedModelBundleSourceAdapter adapter{SavedModelOptions()};
//   ConnectSourceToTarget(&path_source, &adapter);
//   ConnectSourceToTarget(&adapter, &manager);
//
// Does not access the storage: if a path is not a SavedModel, its loader fails.
class SavedModelBundleSourceAdapter final
    : public UnarySourceAdapter<StoragePath, std::unique_ptr<Loader>> {
 public:
  explicit SavedModelBundleSourceAdapter(SavedModelOptions options);
  ~SavedModelBundleSourceAdapter() override;

 private:
  absl::StatusOr<std::unique_ptr<Loader>> Convert(
      const StoragePath& path) override;

  const std::shared_ptr<const SavedModelOptions> options_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SAVED_MODEL_BUNDLE_SOURCE_ADAPTER_H_
