// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TENSORS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TENSORS_H_

#include <cstdint>
#include <vector>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"

namespace tfs3 {

// Tensors as rows: what has the same index in dimension 0. Batches are made of
// requests by putting rows together, and taken apart again:
//
//   Tensor batch = ConcatRows({&a, &b}, TensorShape({a.dim_size(0) + 5, 10}));
//   Tensor rows_of_b = SliceRows(batch, a.dim_size(0), 5);
//
// All tensors have at least one dimension. Thread-safe.

// Whether tensors of a type can be put together: numbers and strings.
bool CanConcatRows(tensorflow::DataType dtype);

// Whether two shapes have the same rank and differ in dimension 0 at most.
bool SameRowShape(const tensorflow::TensorShape& a,
                  const tensorflow::TensorShape& b);

// The rows of `parts`, of one type and one rank each, one after the other in a
// new tensor of `shape`. Where a row is smaller than those of `shape` it is
// filled up with zeros, or empty strings; where all rows together are fewer,
// the first row of the last part, which has one, is repeated.
tensorflow::Tensor ConcatRows(
    const std::vector<const tensorflow::Tensor*>& parts,
    const tensorflow::TensorShape& shape);

// `count` rows of `tensor`: the same memory where its alignment allows for all
// uses of a tensor, else a copy.
tensorflow::Tensor SliceRows(const tensorflow::Tensor& tensor, int64_t begin,
                             int64_t count);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TENSORS_H_
