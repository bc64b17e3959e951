// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_CUSTOM_OPS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_CUSTOM_OPS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tfs3 {

// Loads shared libraries with ops and kernels into TensorFlow:
//
//   absl::Status status = LoadCustomOps({
//       "/ops/tensorflow_text/python/ops/_whitespace_tokenizer_v2.so"});
//
// Call it before you load models that need the ops. The libraries stay loaded
// until the process ends; loading a library again has no effect. Stops at the
// first library that fails. The error names the file, the cause (from the
// dynamic linker or TensorFlow) and the cure. A library for another TensorFlow
// version may crash the process. Thread-safe.
absl::Status LoadCustomOps(const std::vector<std::string>& paths);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_CUSTOM_OPS_H_
