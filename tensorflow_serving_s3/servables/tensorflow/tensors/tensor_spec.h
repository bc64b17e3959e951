// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One input or output of a signature as the model declares it: alias, element
// type and shape.
//
//   TensorSpec x{"x", tensorflow::DT_FLOAT, tensorflow::PartialTensorShape({-1,
//   224, 224, 3})};
//
// A plain value type.
#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_SPEC_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_SPEC_H_

#include <string>

#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"

namespace tfs3 {

struct TensorSpec {
  // The key of the input or output in the signature, not the name of a tensor
  // in the graph.
  std::string alias;
  tensorflow::DataType dtype = tensorflow::DT_INVALID;
  // Of unknown rank if the model declares no shape.
  tensorflow::PartialTensorShape shape;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_SPEC_H_
