// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_CONFIG_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/public/session_options.h"

namespace tfs3 {

// The file in the folder assets.extra of a SavedModel that holds a serialized
// tensorflow.serving.SavedModelConfig.
inline constexpr absl::string_view kSavedModelConfigFilename =
    "saved_model_config.pb";

// The options for the session of the SavedModel at `path`: `options`, with the
// session_overrides of its kSavedModelConfigFilename if it has that file.
//
//   disable_meta_optimizer    replaces that of the rewrite options.
//   batch_op_rewriter_config  becomes a parameter of the graph optimizer
//                             batch_op_rewriter, in base64.
//   remote_op_remap_config    likewise, of remote_op_config_rewrite.
//
// As TensorFlow Serving does it (saved_model_config_util.cc). A graph optimizer
// that this process does not have, and tfrt_runtime_config, are named in a
// warning. `critical` needs no action: the server is not ready before every
// model of its configuration is.
//
// The error names the file, the cause and the cure. DATA_LOSS if the file is
// not a SavedModelConfig.
absl::StatusOr<tensorflow::SessionOptions> ApplySavedModelConfig(
    const std::string& path, tensorflow::SessionOptions options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_CONFIG_H_
