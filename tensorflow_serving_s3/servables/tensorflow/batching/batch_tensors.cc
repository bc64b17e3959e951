// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batch_tensors.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/log/absl_check.h"
#include "tensorflow/core/framework/tensor_util.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::tstring;

// Reads and writes numbers of any type as bytes.
struct Bytes {
  explicit Bytes(tensorflow::DataType dtype)
      : size(tensorflow::DataTypeSize(dtype)) {}

  static const char* Read(const Tensor& tensor) {
    return tensor.tensor_data().data();
  }
  static char* Write(Tensor& tensor) {
    return const_cast<char*>(tensor.tensor_data().data());
  }
  void Copy(const char* from, int64_t count, char* to) const {
    std::memcpy(to, from, count * size);
  }
  void Clear(char* to, int64_t count) const {
    std::memset(to, 0, count * size);
  }

  // Bytes of one element.
  int64_t size;
};

struct Strings {
  static const tstring* Read(const Tensor& tensor) {
    return tensor.unaligned_flat<tstring>().data();
  }
  static tstring* Write(Tensor& tensor) {
    return tensor.flat<tstring>().data();
  }
  void Copy(const tstring* from, int64_t count, tstring* to) const {
    std::copy(from, from + count, to);
  }
  // The strings of a new tensor are empty.
  void Clear(tstring*, int64_t) const {}

  // One element is one tstring.
  int64_t size = 1;
};

// Returns the number of elements per index of dimension `dim - 1`.
int64_t ElementsFrom(const TensorShape& shape, int dim) {
  int64_t elements = 1;
  for (int i = dim; i < shape.dims(); ++i) {
    elements *= shape.dim_size(i);
  }
  return elements;
}

// Returns whether two shapes of the same rank are equal from dimension `dim`
// on.
bool SameFrom(const TensorShape& a, const TensorShape& b, int dim) {
  for (int i = dim; i < a.dims(); ++i) {
    if (a.dim_size(i) != b.dim_size(i)) {
      return false;
    }
  }
  return true;
}

// Copies a block of the dimensions from `dim` on to the start of a larger
// block.
template <typename Elements, typename T>
void CopyBlock(const Elements& elements, const T* from,
               const TensorShape& from_shape, T* to,
               const TensorShape& to_shape, int dim) {
  const int64_t step = ElementsFrom(from_shape, dim + 1);
  const int64_t count = from_shape.dim_size(dim);
  if (SameFrom(from_shape, to_shape, dim + 1)) {
    elements.Copy(from, count * step, to);
    return;
  }
  const int64_t to_step = ElementsFrom(to_shape, dim + 1);
  for (int64_t i = 0; i < count; ++i) {
    CopyBlock(elements, from + i * step * elements.size, from_shape,
              to + i * to_step * elements.size, to_shape, dim + 1);
  }
}

template <typename Elements>
void Concat(const Elements& elements, const std::vector<const Tensor*>& parts,
            Tensor& result) {
  auto* to = Elements::Write(result);
  const int64_t row = ElementsFrom(result.shape(), 1);
  const bool filled =
      !std::all_of(parts.begin(), parts.end(), [&result](const Tensor* part) {
        return SameRowShape(part->shape(), result.shape());
      });
  if (filled) {
    elements.Clear(to, result.NumElements());
  }
  int64_t rows = 0;
  for (const Tensor* part : parts) {
    CopyBlock(elements, Elements::Read(*part), part->shape(),
              to + rows * row * elements.size, result.shape(), 0);
    rows += part->dim_size(0);
  }
  ABSL_CHECK_LE(rows, result.dim_size(0));
  const auto* repeated =
      to + (rows - parts.back()->dim_size(0)) * row * elements.size;
  for (; rows < result.dim_size(0); ++rows) {
    elements.Copy(repeated, row, to + rows * row * elements.size);
  }
}

}  // namespace

bool CanConcatRows(tensorflow::DataType dtype) {
  return dtype == tensorflow::DT_STRING ||
         tensorflow::DataTypeCanUseMemcpy(dtype);
}

bool SameRowShape(const TensorShape& a, const TensorShape& b) {
  return a.dims() == b.dims() && SameFrom(a, b, 1);
}

Tensor ConcatRows(const std::vector<const Tensor*>& parts,
                  const TensorShape& shape) {
  const tensorflow::DataType dtype = parts.front()->dtype();
  Tensor result(dtype, shape);
  if (result.NumElements() == 0) {
    return result;
  }
  if (dtype == tensorflow::DT_STRING) {
    Concat(Strings(), parts, result);
  } else {
    Concat(Bytes(dtype), parts, result);
  }
  return result;
}

Tensor SliceRows(const Tensor& tensor, int64_t begin, int64_t count) {
  if (begin == 0 && count == tensor.dim_size(0) && tensor.IsAligned()) {
    return tensor;
  }
  Tensor slice = tensor.Slice(begin, begin + count);
  return slice.IsAligned() ? slice : tensorflow::tensor::DeepCopy(slice);
}

}  // namespace tfs3
