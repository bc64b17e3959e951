// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_ERROR_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tfs3 {

// What an error message of TensorFlow's runtime says, as one line: without the
// chain of graph nodes that it passed through, Python stack traces of the
// model's making and the bookkeeping of several errors at once (the first one
// is told).
//
//   FirstMeaningfulLine("indices = 7 is not in [0, 3)\n\t [[{{node g}}]]")
//       == "indices = 7 is not in [0, 3)"
std::string FirstMeaningfulLine(absl::string_view message);

// `status` with its message so cleaned; the code stays.
absl::Status CleanRunError(const absl::Status& status);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_RUN_ERROR_H_
