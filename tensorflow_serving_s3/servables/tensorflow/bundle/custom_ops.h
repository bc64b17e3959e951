// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_CUSTOM_OPS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_CUSTOM_OPS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tfs3 {

// Makes the ops and kernels of shared libraries known to TensorFlow, so that
// models may use them:
//
//   absl::Status status = LoadCustomOps({
//       "/ops/tensorflow_text/python/ops/_whitespace_tokenizer_v2.so"});
//
// To be called before models that need them are loaded. What is loaded stays
// for the life of the process; loading it once more changes nothing. In the
// order of `paths`, up to the first that fails: the error names that file, what
// the dynamic linker or TensorFlow says of it and what to do. A library that is
// built for another TensorFlow may end the process. Thread-safe.
absl::Status LoadCustomOps(const std::vector<std::string>& paths);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_CUSTOM_OPS_H_
