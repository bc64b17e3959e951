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

// Concatenates and slices tensors by rows. A row is all elements with the same
// index in dimension 0.
//
//   Tensor batch = ConcatRows({&a, &b}, TensorShape({a.dim_size(0) + 5, 10}));
//   Tensor rows_of_b = SliceRows(batch, a.dim_size(0), 5);
//
// All tensors have at least one dimension. Thread-safe.

// Returns whether tensors of a type can be concatenated: numbers and strings.
bool CanConcatRows(tensorflow::DataType dtype);

// Returns whether two shapes are equal, except for dimension 0.
bool SameRowShape(const tensorflow::TensorShape& a,
                  const tensorflow::TensorShape& b);

// Concatenates the rows of `parts`, which all have the same type and rank, to a
// new tensor of `shape`. Pads smaller rows with zeros or empty strings. If
// `shape` has more rows, repeats the first row of the last part, which must
// have a row.
tensorflow::Tensor ConcatRows(
    const std::vector<const tensorflow::Tensor*>& parts,
    const tensorflow::TensorShape& shape);

// Returns `count` rows of `tensor`. Shares the memory if the slice is aligned;
// otherwise copies it.
tensorflow::Tensor SliceRows(const tensorflow::Tensor& tensor, int64_t begin,
                             int64_t count);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCH_TENSORS_H_
