// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_PROTO_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_PROTO_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// Decodes the shape of a tensor from a request. Returns INVALID_ARGUMENT for
// negative or unknown sizes and for a number of elements that overflows.
absl::StatusOr<tensorflow::TensorShape> DecodeShape(
    const tensorflow::TensorProto& proto);

// Decodes a tensor from a request, in the format of tf.make_tensor_proto: the
// values are in tensor_content, or in the field of their type. A field may have
// fewer values than the tensor has elements; its last value is then repeated.
//
// Returns INVALID_ARGUMENT if the values do not fit the type and the shape, or
// if a small proto would expand to more than 64 MiB. Charges `charge` before it
// allocates the tensor.
absl::StatusOr<tensorflow::Tensor> DecodeTensor(
    const tensorflow::TensorProto& proto, const MemoryCharge& charge = {});

// The value of one field of a TensorProto, as it is serialized. The bytes must
// outlive this object and its owners.
struct TensorValues {
  enum class Field { kContent, kFloat, kDouble };

  Field field = Field::kContent;
  absl::string_view bytes;
  // Keeps the bytes. Null: they are valid only during the request.
  std::shared_ptr<const void> owner;
};

// Decodes a tensor whose values are not in the proto. Behaves like DecodeTensor
// on a proto with the values in their field. If the bytes have an owner and the
// alignment of a tensor, they become the memory of the tensor; otherwise they
// are copied. Operations never change such a tensor in place.
absl::StatusOr<tensorflow::Tensor> DecodeTensor(
    const tensorflow::TensorProto& proto, const TensorValues& values,
    const MemoryCharge& charge = {});

// Where EncodeTensor writes numbers. It writes strings to string_val in any
// case: Python's tf.make_ndarray reads them only there.
enum class TensorEncoding {
  // The field of the type, such as float_val.
  kField,
  // tensor_content: one memory copy, the fastest for large tensors.
  kContent,
};

// Writes `tensor` to the empty `proto`.
void EncodeTensor(const tensorflow::Tensor& tensor, TensorEncoding encoding,
                  tensorflow::TensorProto* proto);

// Returns the bytes that the proto of EncodeTensor allocates.
int64_t MemoryWhenEncoded(const tensorflow::Tensor& tensor,
                          TensorEncoding encoding);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_TENSOR_PROTO_H_
