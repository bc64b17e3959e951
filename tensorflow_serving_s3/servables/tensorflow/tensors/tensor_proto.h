// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_PROTO_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_PROTO_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// The shape of a tensor that came over the network. INVALID_ARGUMENT for one
// that is none (negative or unknown sizes, more elements than there can be).
absl::StatusOr<tensorflow::TensorShape> DecodeShape(
    const tensorflow::TensorProto& proto);

// A tensor that came over the network, as tf.make_tensor_proto writes it:
// values in tensor_content (copied once, whole) or in the field of their type,
// where the last value stands for all that are left out.
//
// INVALID_ARGUMENT if the values do not make a tensor of the type and shape
// given, or if a few bytes would grow into more than 64 MiB. The tensor's
// memory is charged to `charge` before it is taken.
absl::StatusOr<tensorflow::Tensor> DecodeTensor(
    const tensorflow::TensorProto& proto, const MemoryCharge& charge = {});

// How numbers are written to a TensorProto. Strings are always written to
// string_val, the one place from which Python's tf.make_ndarray reads them.
enum class TensorEncoding {
  // The field of their type, such as float_val.
  kField,
  // tensor_content: one copy of memory, the fastest for large tensors.
  kContent,
};

// Writes `tensor` to the empty `proto`.
void EncodeTensor(const tensorflow::Tensor& tensor, TensorEncoding encoding,
                  tensorflow::TensorProto* proto);

// The memory of what EncodeTensor makes of a tensor.
int64_t MemoryWhenEncoded(const tensorflow::Tensor& tensor,
                          TensorEncoding encoding);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_PROTO_H_
