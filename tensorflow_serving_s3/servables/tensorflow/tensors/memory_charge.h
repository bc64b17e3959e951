// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_MEMORY_CHARGE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_MEMORY_CHARGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "tensorflow/core/framework/tensor.h"

namespace tfs3 {

// Charges a request for memory, in bytes, before the memory is allocated.
// Throws an exception derived from std::bad_alloc if the request may not have
// it. The end of the request returns all its charges. Null: no limit.
//
//   ChargeMemory(options.charge, MemoryOf(outputs));
using MemoryCharge = std::function<void(int64_t bytes)>;

inline void ChargeMemory(const MemoryCharge& charge, int64_t bytes) {
  if (charge != nullptr && bytes > 0) {
    charge(bytes);
  }
}

// Returns the bytes that a string of `size` bytes allocates, without its
// tstring object.
int64_t HeapBytesOfString(size_t size);

// Returns the bytes that tensors allocate.
int64_t MemoryOf(const tensorflow::Tensor& tensor);
int64_t MemoryOf(const std::vector<tensorflow::Tensor>& tensors);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_MEMORY_CHARGE_H_
