// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_field.h"
#include "tensorflow/core/framework/allocation_description.pb.h"
#include "tensorflow/core/framework/allocator.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/lib/core/refcount.h"
#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

// A TensorProto with fewer values than elements repeats the last value. This is
// the limit for the size of such a tensor, in bytes.
constexpr int64_t kMaxFilledBytes = int64_t{64} << 20;

// Returns the size of one element in memory, without the heap memory of a
// string.
int64_t ElementBytes(tensorflow::DataType dtype) {
  return dtype == tensorflow::DT_STRING ? sizeof(tensorflow::tstring)
                                        : tensorflow::DataTypeSize(dtype);
}

// Returns whether a small proto would allocate a large tensor by repeating its
// last value. A proto with all values has at least one byte for each element.
bool IsTooSparse(const tensorflow::TensorProto& proto,
                 const tensorflow::TensorShape& shape) {
  const int64_t elements = shape.num_elements();
  return elements > kMaxFilledBytes / ElementBytes(proto.dtype()) &&
         static_cast<uint64_t>(elements) > proto.ByteSizeLong();
}

// Returns the size of one element in the repeated field of its type
// (float_val, int_val, ...).
int64_t FieldBytes(tensorflow::DataType dtype) {
  switch (dtype) {
    case tensorflow::DT_BOOL:
      return 1;
    case tensorflow::DT_HALF:
    case tensorflow::DT_BFLOAT16:
    case tensorflow::DT_INT8:
    case tensorflow::DT_INT16:
    case tensorflow::DT_UINT8:
    case tensorflow::DT_UINT16:
    case tensorflow::DT_QINT8:
    case tensorflow::DT_QINT16:
    case tensorflow::DT_QUINT8:
    case tensorflow::DT_QUINT16:
      return 4;
    default:
      return tensorflow::DataTypeSize(dtype);
  }
}

// Returns the bytes that the decoded tensor allocates.
int64_t MemoryWhenDecoded(const tensorflow::TensorProto& proto,
                          const tensorflow::TensorShape& shape) {
  int64_t bytes = shape.num_elements() * ElementBytes(proto.dtype());
  if (proto.dtype() != tensorflow::DT_STRING) {
    return bytes;
  }
  for (const std::string& value : proto.string_val()) {
    bytes += HeapBytesOfString(value.size());
  }
  // The last value is repeated for the missing ones.
  const int64_t missing = shape.num_elements() - proto.string_val_size();
  if (missing > 0 && proto.string_val_size() > 0) {
    bytes += missing * HeapBytesOfString(proto.string_val().rbegin()->size());
  }
  return bytes + static_cast<int64_t>(proto.tensor_content().size());
}

// Returns whether `values` are the bytes of the whole tensor.
bool IsTensorInMemory(const tensorflow::TensorProto& proto,
                      const tensorflow::TensorShape& shape,
                      const TensorValues& values) {
  const tensorflow::DataType dtype = proto.dtype();
  if (!proto.tensor_content().empty() ||
      !tensorflow::DataTypeCanUseMemcpy(dtype)) {
    return false;
  }
  const size_t element_bytes = tensorflow::DataTypeSize(dtype);
  if (values.bytes.size() % element_bytes != 0 ||
      values.bytes.size() / element_bytes !=
          static_cast<uint64_t>(shape.num_elements())) {
    return false;
  }
  switch (values.field) {
    case TensorValues::Field::kContent:
      return true;
    case TensorValues::Field::kFloat:
      return dtype == tensorflow::DT_FLOAT && proto.float_val().empty();
    case TensorValues::Field::kDouble:
      return dtype == tensorflow::DT_DOUBLE && proto.double_val().empty();
  }
  return false;
}

// The memory of a tensor that is part of a request.
class OwnedBytes final : public tensorflow::TensorBuffer {
 public:
  explicit OwnedBytes(const TensorValues& values)
      : TensorBuffer(const_cast<char*>(values.bytes.data())),
        size_(values.bytes.size()),
        owner_(values.owner) {}

  size_t size() const override { return size_; }
  TensorBuffer* root_buffer() override { return this; }
  void FillAllocationDescription(
      tensorflow::AllocationDescription* description) const override {
    description->set_requested_bytes(static_cast<int64_t>(size_));
  }
  // Keeps TensorFlow from writing to the request, which may be logged later.
  bool OwnsMemory() const override { return false; }

 private:
  const size_t size_;
  const std::shared_ptr<const void> owner_;
};

bool IsAligned(absl::string_view bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data()) %
             tensorflow::Allocator::kAllocatorAlignment ==
         0;
}

// Adds numbers to a repeated field, as a parser does.
template <typename Number>
void AddNumbers(absl::string_view bytes,
                google::protobuf::RepeatedField<Number>* field) {
  const int size = field->size();
  field->Resize(size + static_cast<int>(bytes.size() / sizeof(Number)),
                Number());
  std::memcpy(field->mutable_data() + size, bytes.data(), bytes.size());
}

tensorflow::TensorProto WithValues(const tensorflow::TensorProto& proto,
                                   const TensorValues& values) {
  tensorflow::TensorProto whole = proto;
  switch (values.field) {
    case TensorValues::Field::kContent:
      whole.set_tensor_content(std::string(values.bytes));
      break;
    case TensorValues::Field::kFloat:
      AddNumbers(values.bytes, whole.mutable_float_val());
      break;
    case TensorValues::Field::kDouble:
      AddNumbers(values.bytes, whole.mutable_double_val());
      break;
  }
  return whole;
}

}  // namespace

absl::StatusOr<tensorflow::TensorShape> DecodeShape(
    const tensorflow::TensorProto& proto) {
  if (!tensorflow::TensorShape::IsValid(proto.tensor_shape())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the shape ",
        tensorflow::PartialTensorShape::DebugString(proto.tensor_shape()),
        " is not a valid tensor shape"));
  }
  return tensorflow::TensorShape(proto.tensor_shape());
}

absl::StatusOr<tensorflow::Tensor> DecodeTensor(
    const tensorflow::TensorProto& proto, const MemoryCharge& charge) {
  absl::StatusOr<tensorflow::TensorShape> shape = DecodeShape(proto);
  if (!shape.ok()) {
    return shape.status();
  }
  if (ElementBytes(proto.dtype()) == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tensors of type ", tensorflow::DataTypeString(proto.dtype()),
        " cannot be sent"));
  }
  if (IsTooSparse(proto, *shape)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor of shape ", shape->DebugString(),
                     " is too large to be filled with a repeated value; the "
                     "request has only ",
                     proto.ByteSizeLong(), " bytes of values"));
  }
  if (charge != nullptr) {
    ChargeMemory(charge, MemoryWhenDecoded(proto, *shape));
  }
  tensorflow::Tensor tensor;
  if (!tensor.FromProto(proto)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the values do not fit a tensor of type ",
        tensorflow::DataTypeString(proto.dtype()), " and shape ",
        shape->DebugString(),
        "; check that tensor_content has the right number of bytes"));
  }
  return tensor;
}

absl::StatusOr<tensorflow::Tensor> DecodeTensor(
    const tensorflow::TensorProto& proto, const TensorValues& values,
    const MemoryCharge& charge) {
  absl::StatusOr<tensorflow::TensorShape> shape = DecodeShape(proto);
  if (!shape.ok()) {
    return shape.status();
  }
  if (!IsTensorInMemory(proto, *shape, values)) {
    ChargeMemory(charge, static_cast<int64_t>(values.bytes.size()));
    return DecodeTensor(WithValues(proto, values), charge);
  }
  if (values.owner != nullptr && IsAligned(values.bytes)) {
    const tensorflow::core::RefCountPtr<OwnedBytes> buffer(
        new OwnedBytes(values));
    return tensorflow::Tensor(proto.dtype(), *shape, buffer.get());
  }
  ChargeMemory(charge, static_cast<int64_t>(values.bytes.size()));
  tensorflow::Tensor tensor(proto.dtype(), *shape);
  if (!tensor.IsInitialized()) {
    throw std::bad_alloc();
  }
  std::memcpy(tensor.data(), values.bytes.data(), values.bytes.size());
  return tensor;
}

void EncodeTensor(const tensorflow::Tensor& tensor, TensorEncoding encoding,
                  tensorflow::TensorProto* proto) {
  if (encoding == TensorEncoding::kContent &&
      tensor.dtype() != tensorflow::DT_STRING) {
    tensor.AsProtoTensorContent(proto);
  } else {
    tensor.AsProtoField(proto);
  }
}

int64_t MemoryWhenEncoded(const tensorflow::Tensor& tensor,
                          TensorEncoding encoding) {
  if (tensor.dtype() == tensorflow::DT_STRING) {
    // A std::string and its pointer take 16 bytes more than a tstring.
    return MemoryOf(tensor) + 16 * tensor.NumElements();
  }
  if (encoding == TensorEncoding::kContent) {
    return MemoryOf(tensor);
  }
  return tensor.NumElements() * FieldBytes(tensor.dtype());
}

}  // namespace tfs3
