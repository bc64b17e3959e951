// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_COMPLETENESS_H_
#define TENSORFLOW_SERVING_S3_SOURCES_COMPLETENESS_H_

#include <functional>

#include "absl/status/status.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

// Says whether a version is whole, or is still being uploaded. An object store
// has no rename that would make a folder appear at once, so a source asks
// before it passes a version on.
//
//   OK                   the version is whole.
//   FAILED_PRECONDITION  it is not whole yet; the message names the path, what
//                        is missing and the cure.
//   INVALID_ARGUMENT     it is no version and nothing that is added to it makes
//                        it one; the message names the path and the cure.
//   anything else        it cannot be told now; the message says why.
//
// Called from several threads at once. What makes a version whole depends on
// its platform; CheckSavedModelComplete is for TensorFlow's SavedModels.
using CompletenessCheck =
    std::function<absl::Status(const StoragePath& version_path)>;

// Whether `version_path` holds a whole SavedModel:
//  - saved_model.pb, saved_model.pbtxt or saved_model.cpb is there;
//  - if there is anything in variables/, then variables.index and data files
//    are there, and of the data files variables.data-?????-of-NNNNN all NNNNN.
// INVALID_ARGUMENT if it is a file.
// Needs two listings, or one for a model without variables; of what is empty,
// one and a look at what it is.
absl::Status CheckSavedModelComplete(tensorflow::Env* env,
                                     const StoragePath& version_path);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_COMPLETENESS_H_
