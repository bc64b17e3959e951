// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_INPUT_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_INPUT_H_

#include "absl/status/statusor.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// The tf.Examples of a request as a model that parses them wants them: a string
// tensor [n], each element one serialized tf.Example.
//
//   absl::StatusOr<tensorflow::Tensor> examples =
//       SerializeExamples(request.input());
//
// A context is merged into every example. Where both have a feature, the
// example's own counts.
//
// The tensor's memory is charged to `charge` as it grows.
//
// INVALID_ARGUMENT if there is no example, or if a context repeated for all
// examples would take more than 256 MiB.
absl::StatusOr<tensorflow::Tensor> SerializeExamples(
    const tensorflow::serving::Input& input, const MemoryCharge& charge = {});

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_INPUT_H_
