// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_INPUT_ERROR_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_INPUT_ERROR_H_

#include <vector>

#include "absl/status/status.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {

// Adds the types and shapes of the inputs, given and declared, to an error of a
// run, if they may be the cause:
//
//   ExplainInputError(absl::InvalidArgumentError("Incompatible shapes"),
//                     {spec}, {tensor})
//       == absl::InvalidArgumentError("Incompatible shapes (input \"x\" is "
//                                     "float [3], declared float [?,1])")
//
// They may be the cause in these cases:
//   - All inputs are as declared: the error is INVALID_ARGUMENT. Names all
//     inputs.
//   - Otherwise: the error is not CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE or
//     RESOURCE_EXHAUSTED. Names the inputs that are not as declared.
// Keeps the code. `inputs` has a tensor for each of `declared`.
absl::Status ExplainInputError(const absl::Status& error,
                               const std::vector<TensorSpec>& declared,
                               const std::vector<tensorflow::Tensor>& inputs);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_INPUT_ERROR_H_
