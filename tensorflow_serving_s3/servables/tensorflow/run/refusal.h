// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_REFUSAL_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_REFUSAL_H_

#include <vector>

#include "absl/status/status.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {

// Adds to an error of a run of a graph what was fed and what the signature
// declares, if that may be the cause:
//
//   ExplainRefusal(absl::InvalidArgumentError("Incompatible shapes"), {spec},
//                  {tensor})
//       == absl::InvalidArgumentError("Incompatible shapes (input \"x\" is "
//                                     "float [3], declared float [?,1])")
//
// It may be the cause if the error is INVALID_ARGUMENT, or if an input is not
// as declared and the error is not one of time or resources. Inputs that are as
// declared are named only if all are. The code stays. `inputs` has a tensor for
// each of `declared`.
absl::Status ExplainRefusal(const absl::Status& error,
                            const std::vector<TensorSpec>& declared,
                            const std::vector<tensorflow::Tensor>& inputs);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_REFUSAL_H_
