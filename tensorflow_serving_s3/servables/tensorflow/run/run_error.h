// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_ERROR_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tfs3 {

// Returns the cause from an error message of TensorFlow's runtime, as one line.
// Removes the chain of graph nodes, Python stack traces from the export of the
// model, and all but the first of several errors.
//
//   FirstMeaningfulLine("indices = 7 is not in [0, 3)\n\t [[{{node g}}]]")
//       == "indices = 7 is not in [0, 3)"
std::string FirstMeaningfulLine(absl::string_view message);

// Returns `status` with the FirstMeaningfulLine of its message.
absl::Status CleanRunError(const absl::Status& status);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_ERROR_H_
