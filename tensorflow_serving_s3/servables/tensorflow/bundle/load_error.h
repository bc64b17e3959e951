// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_LOAD_ERROR_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_LOAD_ERROR_H_

#include <set>
#include <string>

#include "absl/status/status.h"

namespace tfs3 {

// Rewrites an error of tensorflow::LoadSavedModel as one line that names the
// path or file, the cause and the cure.
//
// `path` is the folder, `tags` are the tags of the graph, and `error` is not
// OK. May read the folder again to find the cause.
absl::Status ExplainLoadError(const std::string& path,
                              const std::set<std::string>& tags,
                              const absl::Status& error);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_LOAD_ERROR_H_
