// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_CONFIG_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/public/session_options.h"

namespace tfs3 {

// A serialized tensorflow.serving.SavedModelConfig in the folder assets.extra
// of a SavedModel.
inline constexpr absl::string_view kSavedModelConfigFilename =
    "saved_model_config.pb";

// Returns `options` with the session_overrides from the file
// kSavedModelConfigFilename of the SavedModel at `path`, if it has this file:
//
//   disable_meta_optimizer    replaces the field of the rewrite options.
//   batch_op_rewriter_config  becomes a parameter of the graph optimizer
//                             batch_op_rewriter, in base64.
//   remote_op_remap_config    becomes a parameter of the graph optimizer
//                             remote_op_config_rewrite, in base64.
//
// Follows TensorFlow Serving (saved_model_config_util.cc). Logs a warning for a
// graph optimizer that is not registered, and for tfrt_runtime_config. Ignores
// `critical`: the server is not ready before all configured models are.
//
// An error names the file, the cause and the cure; DATA_LOSS if the file is not
// a SavedModelConfig.
absl::StatusOr<tensorflow::SessionOptions> ApplySavedModelConfig(
    const std::string& path, tensorflow::SessionOptions options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_CONFIG_H_
