// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_TENSORS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_TENSORS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"

namespace tfs3 {

// Returns a tensor of floats.
inline tensorflow::Tensor Floats(const tensorflow::TensorShape& shape,
                                 const std::vector<float>& values) {
  tensorflow::Tensor tensor(tensorflow::DT_FLOAT, shape);
  std::copy(values.begin(), values.end(), tensor.flat<float>().data());
  return tensor;
}

// Returns a vector of floats.
inline tensorflow::Tensor Vector(const std::vector<float>& values) {
  return Floats({static_cast<int64_t>(values.size())}, values);
}

// Returns the values of a tensor of floats.
inline std::vector<float> Values(const tensorflow::Tensor& tensor) {
  const auto flat = tensor.flat<float>();
  return {flat.data(), flat.data() + flat.size()};
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_TENSORS_H_
