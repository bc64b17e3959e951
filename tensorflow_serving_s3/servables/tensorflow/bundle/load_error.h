// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_LOAD_ERROR_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_LOAD_ERROR_H_

#include <set>
#include <string>

#include "absl/status/status.h"

namespace tfs3 {

// What TensorFlow says about a SavedModel that it could not load, made into one
// line that an operator can act on: which path or file, why, and what to do.
//
// `error` is what loading the graph tagged `tags` out of the folder `path`
// gave; not OK. May read the folder again to learn more than the error tells.
absl::Status ExplainLoadError(const std::string& path,
                              const std::set<std::string>& tags,
                              const absl::Status& error);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_LOAD_ERROR_H_
