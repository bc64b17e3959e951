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

// Is told of memory that a request is about to take, in bytes, and throws an
// exception derived from std::bad_alloc if it may not. The memory is returned
// when the request ends. Null: nothing is charged.
//
//   ChargeMemory(options.charge, MemoryOf(outputs));
using MemoryCharge = std::function<void(int64_t bytes)>;

inline void ChargeMemory(const MemoryCharge& charge, int64_t bytes) {
  if (charge != nullptr && bytes > 0) charge(bytes);
}

// The memory of a string of that size beside its tstring.
int64_t HeapBytesOfString(size_t size);

// The memory of tensors.
int64_t MemoryOf(const tensorflow::Tensor& tensor);
int64_t MemoryOf(const std::vector<tensorflow::Tensor>& tensors);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_MEMORY_CHARGE_H_
