// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"

#include <cstdint>
#include <iterator>
#include <utility>

#include "tensorflow/core/framework/tensor_shape.pb.h"
#include "tensorflow/core/framework/types.h"

namespace tfs3 {
namespace {

// The tag of a field whose value has a length.
constexpr uint64_t LengthTag(int field) {
  return static_cast<uint64_t>(field) << 3 | 2;
}

constexpr uint64_t kRequestInputs =
    LengthTag(tensorflow::serving::PredictRequest::kInputsFieldNumber);
constexpr uint64_t kResponseOutputs =
    LengthTag(tensorflow::serving::PredictResponse::kOutputsFieldNumber);
constexpr uint64_t kKey = LengthTag(1);
constexpr uint64_t kValue = LengthTag(2);
constexpr uint64_t kContent =
    LengthTag(tensorflow::TensorProto::kTensorContentFieldNumber);
constexpr uint64_t kFloats =
    LengthTag(tensorflow::TensorProto::kFloatValFieldNumber);
constexpr uint64_t kDoubles =
    LengthTag(tensorflow::TensorProto::kDoubleValFieldNumber);

// Reads the fields of a serialized message.
class FieldReader {
 public:
  explicit FieldReader(absl::string_view message) : rest_(message) {}

  bool done() const { return rest_.empty(); }

  // Reads the next field. Returns false if the bytes are not valid.
  bool Next() {
    const absl::string_view before = rest_;
    if (!NextHead() || !SkipValue()) {
      return false;
    }
    field_ = before.substr(0, before.size() - rest_.size());
    value_ = field_.substr(field_.size() - size_);
    return true;
  }

  // Reads the tag of the next field and the size of its value. Returns false if
  // the bytes are not valid.
  bool NextHead() {
    size_ = 0;
    if (!ReadVarint(&tag_)) {
      return false;
    }
    uint64_t number = 0;
    switch (tag_ & 7) {
      case 0:
        return ReadVarint(&number);
      case 1:
        size_ = 8;
        return true;
      case 2:
        return ReadVarint(&size_);
      case 5:
        size_ = 4;
        return true;
      default:
        return false;
    }
  }

  // After NextHead. Returns false if the bytes end before the value.
  bool SkipValue() {
    if (size_ > rest_.size()) {
      return false;
    }
    rest_.remove_prefix(size_);
    return true;
  }

  uint64_t tag() const { return tag_; }
  // The size of the value; 0 for a varint.
  uint64_t size() const { return size_; }
  // The unread bytes.
  absl::string_view rest() const { return rest_; }
  // The value of a field with a length.
  absl::string_view value() const { return value_; }
  // The whole field.
  absl::string_view field() const { return field_; }

 private:
  bool ReadVarint(uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return true;
      }
    }
    return false;
  }

  absl::string_view rest_;
  uint64_t tag_ = 0;
  uint64_t size_ = 0;
  absl::string_view value_;
  absl::string_view field_;
};

uint64_t FieldOf(uint64_t tag) { return tag >> 3; }

// Returns whether a field of TensorProto may have the numbers of a tensor that
// is detached.
bool HasNumbers(uint64_t field) {
  return field == FieldOf(kContent) || field == FieldOf(kFloats) ||
         field == FieldOf(kDoubles);
}

// Returns whether a tag is of such a field in its usual form.
bool IsNumbers(uint64_t tag) {
  return tag == kContent || tag == kFloats || tag == kDoubles;
}

void AppendVarint(uint64_t value, std::string* to) {
  while (value >= 0x80) {
    to->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  to->push_back(static_cast<char>(value));
}

void AppendHead(uint64_t tag, uint64_t size, std::string* to) {
  AppendVarint(tag, to);
  AppendVarint(size, to);
}

void AppendField(uint64_t tag, absl::string_view value, std::string* to) {
  AppendHead(tag, value.size(), to);
  to->append(value.data(), value.size());
}

enum class Found {
  kNone,
  kLarge,
  kUnusual,  // Not valid, or more numbers beside the large field.
};

// Sets `values` to the large field of a serialized TensorProto, and `rest` to
// its other fields.
Found DetachValues(absl::string_view proto, size_t min_bytes,
                   TensorValues* values, std::string* rest) {
  bool is_large = false;
  int num_number_fields = 0;
  FieldReader reader(proto);
  while (!reader.done()) {
    if (!reader.Next()) {
      return Found::kUnusual;
    }
    const uint64_t tag = reader.tag();
    num_number_fields += HasNumbers(FieldOf(tag)) ? 1 : 0;
    if (reader.value().size() < min_bytes || !IsNumbers(tag)) {
      rest->append(reader.field().data(), reader.field().size());
      continue;
    }
    const size_t number_bytes = tag == kFloats ? 4 : tag == kDoubles ? 8 : 1;
    if (reader.value().size() % number_bytes != 0) {
      return Found::kUnusual;
    }
    is_large = true;
    values->field = tag == kFloats    ? TensorValues::Field::kFloat
                    : tag == kDoubles ? TensorValues::Field::kDouble
                                      : TensorValues::Field::kContent;
    values->bytes = reader.value();
  }
  if (!is_large) {
    return Found::kNone;
  }
  // Numbers in several parts belong together in their order.
  return num_number_fields == 1 ? Found::kLarge : Found::kUnusual;
}

// Adds an entry of PredictRequest.inputs to `rest`. Returns false if it is not
// valid or unusual.
bool DetachEntry(absl::string_view entry, size_t min_bytes,
                 RestOfRequest* rest) {
  DetachedInput input;
  std::string rest_of_proto;
  bool has_key = false;
  bool has_value = false;
  Found found = Found::kNone;
  FieldReader reader(entry);
  while (!reader.done()) {
    if (!reader.Next()) {
      return false;
    }
    if (reader.tag() == kKey && !has_key) {
      has_key = true;
      input.alias = reader.value();
    } else if (reader.tag() == kValue && !has_value) {
      has_value = true;
      found = DetachValues(reader.value(), min_bytes, &input.values,
                           &rest_of_proto);
    } else {
      return false;
    }
  }
  if (!has_key || found == Found::kUnusual) {
    return false;
  }
  if (found == Found::kNone) {
    AppendField(kRequestInputs, entry, &rest->bytes);
    return true;
  }
  std::string entry_of_rest;
  AppendField(kKey, input.alias, &entry_of_rest);
  AppendField(kValue, rest_of_proto, &entry_of_rest);
  AppendField(kRequestInputs, entry_of_rest, &rest->bytes);
  rest->inputs.push_back(input);
  return true;
}

// Returns the field of TensorProto that has the bytes of the tensor; 0 if there
// is none.
uint64_t FieldWithBytes(tensorflow::DataType dtype, TensorEncoding encoding) {
  if (!tensorflow::DataTypeCanUseMemcpy(dtype)) {
    return 0;
  }
  if (encoding == TensorEncoding::kContent) {
    return kContent;
  }
  switch (dtype) {
    case tensorflow::DT_FLOAT:
      return kFloats;
    case tensorflow::DT_DOUBLE:
      return kDoubles;
    default:
      return 0;
  }
}

}  // namespace

std::optional<RestOfRequest> DetachInputs(absl::string_view request,
                                          size_t min_bytes) {
  if (request.size() < min_bytes) {
    return std::nullopt;
  }
  RestOfRequest rest;
  FieldReader reader(request);
  while (!reader.done()) {
    if (!reader.Next()) {
      return std::nullopt;
    }
    const bool is_input = reader.tag() == kRequestInputs;
    rest.num_entries += is_input ? 1 : 0;
    if (is_input && reader.value().size() >= min_bytes) {
      if (!DetachEntry(reader.value(), min_bytes, &rest)) {
        return std::nullopt;
      }
    } else {
      rest.bytes.append(reader.field().data(), reader.field().size());
    }
  }
  if (rest.inputs.empty()) {
    return std::nullopt;
  }
  return rest;
}

size_t FindNumbers(absl::string_view begin) {
  // The fields that lead to the numbers.
  constexpr uint64_t kPath[] = {kRequestInputs, kValue};
  size_t depth = 0;
  FieldReader reader(begin);
  while (reader.NextHead()) {
    const bool is_large = reader.size() >= kMinDetachedBytes;
    if (depth == std::size(kPath)) {
      if (is_large && IsNumbers(reader.tag())) {
        return begin.size() - reader.rest().size();
      }
    } else if (is_large && reader.tag() == kPath[depth]) {
      ++depth;
      continue;
    }
    if (!reader.SkipValue()) {
      break;
    }
  }
  return 0;
}

bool IsDetachable(const tensorflow::Tensor& output, TensorEncoding encoding) {
  return output.TotalBytes() >= kMinDetachedBytes &&
         FieldWithBytes(output.dtype(), encoding) != 0;
}

std::string SerializeHead(const DetachedOutput& output,
                          TensorEncoding encoding) {
  const size_t bytes = output.tensor.tensor_data().size();
  tensorflow::TensorProto proto;
  proto.set_dtype(output.tensor.dtype());
  output.tensor.shape().AsProto(proto.mutable_tensor_shape());
  std::string head_of_proto = proto.SerializeAsString();
  AppendHead(FieldWithBytes(output.tensor.dtype(), encoding), bytes,
             &head_of_proto);

  std::string head_of_entry;
  AppendField(kKey, output.alias, &head_of_entry);
  AppendHead(kValue, head_of_proto.size() + bytes, &head_of_entry);
  head_of_entry += head_of_proto;

  std::string head;
  AppendHead(kResponseOutputs, head_of_entry.size() + bytes, &head);
  return head + head_of_entry;
}

}  // namespace tfs3
