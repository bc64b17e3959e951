// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_COMPLETENESS_H_
#define TENSORFLOW_SERVING_S3_SOURCES_COMPLETENESS_H_

#include <functional>

#include "absl/status/status.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

// Checks whether the upload of a version is complete. An object store cannot
// rename a folder atomically, so a source checks a version before it sends it.
//
//   OK                   The version is complete.
//   FAILED_PRECONDITION  It is not complete yet. The message names the path,
//   the
//                        missing file and the cure.
//   INVALID_ARGUMENT     It is not a version, and adding files cannot make it
//                        one. The message names the path and the cure.
//   Any other error      The check failed. The message names the cause.
//
// Called from several threads concurrently. The check depends on the platform
// of the model; CheckSavedModelComplete is for SavedModels of TensorFlow.
using CompletenessCheck =
    std::function<absl::Status(const StoragePath& version_path)>;

// Checks whether `version_path` contains a complete SavedModel:
//  - saved_model.pb, saved_model.pbtxt or saved_model.cpb exists.
//  - If variables/ has files for variables, then variables.index exists, and
//  all
//    NNNNN files variables.data-?????-of-NNNNN.
// INVALID_ARGUMENT if `version_path` is a file.
// Needs two listings, or one listing for a model without variables. For an
// empty path: one listing and one IsDirectory.
absl::Status CheckSavedModelComplete(tensorflow::Env* env,
                                     const StoragePath& version_path);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_COMPLETENESS_H_
