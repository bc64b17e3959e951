// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::tstring;

// Bytes that the allocator adds to each block: its header and rounding.
constexpr int64_t kOverhead = 24;

}  // namespace

int64_t HeapBytesOfString(size_t size) {
  // A tstring stores shorter strings inside itself.
  constexpr size_t kMaxInlineSize = 22;
  return size <= kMaxInlineSize ? 0 : static_cast<int64_t>(size) + kOverhead;
}

int64_t MemoryOf(const Tensor& tensor) {
  const int64_t elements = tensor.NumElements();
  if (tensor.dtype() != tensorflow::DT_STRING) {
    return elements * tensorflow::DataTypeSize(tensor.dtype());
  }
  int64_t bytes = elements * static_cast<int64_t>(sizeof(tstring));
  const tstring* const strings = tensor.unaligned_flat<tstring>().data();
  for (int64_t i = 0; i < elements; ++i) {
    bytes += HeapBytesOfString(strings[i].size());
  }
  return bytes;
}

int64_t MemoryOf(const std::vector<Tensor>& tensors) {
  int64_t bytes = 0;
  for (const Tensor& tensor : tensors) {
    bytes += MemoryOf(tensor);
  }
  return bytes;
}

}  // namespace tfs3
