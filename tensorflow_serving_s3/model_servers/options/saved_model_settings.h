// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SAVED_MODEL_SETTINGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SAVED_MODEL_SETTINGS_H_

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Converts the flags for loading and running models, and reads the files that
// they name. The error names the flag or the file.
//
//   absl::StatusOr<SavedModelOptions> saved_model =
//       MakeSavedModelOptions(options);
absl::StatusOr<SavedModelOptions> MakeSavedModelOptions(
    const ServerOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SAVED_MODEL_SETTINGS_H_
