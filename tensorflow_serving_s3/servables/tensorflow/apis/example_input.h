// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_INPUT_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_INPUT_H_

#include "absl/status/statusor.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// Serializes the tf.Examples of a request to a string tensor [n], the input of
// a model that parses tf.Examples:
//
//   absl::StatusOr<tensorflow::Tensor> examples =
//       SerializeExamples(request.input());
//
// Merges a context into each example. If both have a feature, the example's
// feature wins. Charges `charge` for the tensor's memory.
//
// Returns INVALID_ARGUMENT if there is no example, or if the copies of a
// context would take more than 256 MiB.
absl::StatusOr<tensorflow::Tensor> SerializeExamples(
    const tensorflow::serving::Input& input, const MemoryCharge& charge = {});

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_INPUT_H_
