// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/tensors_to_json.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_output.h"

namespace tfs3::rest {
namespace {

using tensorflow::Tensor;
using tensorflow::tstring;

// Appends an element. For a number, the caller must make room first.
template <typename T>
void AppendElement(const T& element, bool as_bytes, JsonOutput* output) {
  std::string* const out = &output->text();
  if constexpr (std::is_same_v<T, tstring>) {
    output->AppendString({element.data(), element.size()}, as_bytes);
  } else if constexpr (std::is_same_v<T, bool>) {
    *out += element ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<T>) {
    AppendJsonNumber(element, out);
  } else if constexpr (std::is_integral_v<T>) {
    AppendJsonNumber(
        static_cast<std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>(
            element),
        out);
  } else {
    AppendJsonNumber(static_cast<float>(element), out);  // half and bfloat16
  }
}

// Writes parts of one tensor.
class TensorWriter {
 public:
  virtual ~TensorWriter() = default;
  virtual void AppendWhole(JsonOutput* out) const = 0;
  // Appends the part with index `row` in the first dimension.
  virtual void AppendRow(int64_t row, JsonOutput* out) const = 0;
};

template <typename T>
class TensorWriterOf : public TensorWriter {
 public:
  explicit TensorWriterOf(const NamedOutput& output)
      : data_(output.tensor.unaligned_flat<T>().data()),
        as_bytes_(absl::EndsWith(output.alias, "_bytes")) {
    // strides_[i] is the number of elements per index of dimension i - 1.
    const int rank = output.tensor.dims();
    strides_.assign(rank + 1, 1);
    for (int i = rank; i > 0; --i) {
      strides_[i - 1] = strides_[i] * output.tensor.dim_size(i - 1);
    }
    for (int i = 0; i < rank; ++i) {
      dims_.push_back(output.tensor.dim_size(i));
    }
  }

  void AppendWhole(JsonOutput* out) const override { Append(data_, 0, out); }
  void AppendRow(int64_t row, JsonOutput* out) const override {
    Append(data_ + row * strides_[1], 1, out);
  }

 private:
  // Appends the dimensions from `level` on, whose elements start at `data`.
  void Append(const T* data, size_t level, JsonOutput* out) const {
    if (level == dims_.size()) {
      out->MakeRoom(JsonOutput::kMaxBytesOfNumber);
      AppendElement(*data, as_bytes_, out);
      return;
    }
    out->MakeRoom(kBytesOfList);
    out->text() += '[';
    if (level + 1 == dims_.size()) {
      AppendElements(data, dims_[level], out);
    } else {
      for (int64_t i = 0; i < dims_[level]; ++i) {
        if (i > 0) {
          out->text() += ", ";
        }
        Append(data + i * strides_[level + 1], level + 1, out);
        out->MakeRoom(kBytesOfList);
      }
    }
    out->text() += ']';
  }

  // Appends `count` elements and makes room for the end of the list.
  void AppendElements(const T* data, int64_t count, JsonOutput* out) const {
    constexpr int64_t kBatch = 64;
    for (int64_t i = 0; i < count;) {
      const int64_t stop = std::min(count, i + kBatch);
      out->MakeRoom((stop - i) * JsonOutput::kMaxBytesOfNumber + kBytesOfList);
      for (; i < stop; ++i) {
        if (i > 0) {
          out->text() += ", ";
        }
        AppendElement(data[i], as_bytes_, out);
      }
    }
    out->MakeRoom(kBytesOfList);
  }

  // Brackets and a separator.
  static constexpr size_t kBytesOfList = 4;

  const T* const data_;
  const bool as_bytes_;
  std::vector<int64_t> dims_;
  std::vector<int64_t> strides_;
};

absl::StatusOr<std::unique_ptr<TensorWriter>> WriterOf(
    const NamedOutput& output) {
  switch (output.tensor.dtype()) {
    case tensorflow::DT_FLOAT:
      return std::make_unique<TensorWriterOf<float>>(output);
    case tensorflow::DT_DOUBLE:
      return std::make_unique<TensorWriterOf<double>>(output);
    case tensorflow::DT_HALF:
      return std::make_unique<TensorWriterOf<Eigen::half>>(output);
    case tensorflow::DT_BFLOAT16:
      return std::make_unique<TensorWriterOf<tensorflow::bfloat16>>(output);
    case tensorflow::DT_INT8:
      return std::make_unique<TensorWriterOf<int8_t>>(output);
    case tensorflow::DT_INT16:
      return std::make_unique<TensorWriterOf<int16_t>>(output);
    case tensorflow::DT_INT32:
      return std::make_unique<TensorWriterOf<int32_t>>(output);
    case tensorflow::DT_INT64:
      return std::make_unique<TensorWriterOf<int64_t>>(output);
    case tensorflow::DT_UINT8:
      return std::make_unique<TensorWriterOf<uint8_t>>(output);
    case tensorflow::DT_UINT16:
      return std::make_unique<TensorWriterOf<uint16_t>>(output);
    case tensorflow::DT_UINT32:
      return std::make_unique<TensorWriterOf<uint32_t>>(output);
    case tensorflow::DT_UINT64:
      return std::make_unique<TensorWriterOf<uint64_t>>(output);
    case tensorflow::DT_BOOL:
      return std::make_unique<TensorWriterOf<bool>>(output);
    case tensorflow::DT_STRING:
      return std::make_unique<TensorWriterOf<tstring>>(output);
    default:
      return absl::UnimplementedError(
          absl::StrCat("Output '", output.alias, "' is of type ",
                       tensorflow::DataTypeString(output.tensor.dtype()),
                       ", which JSON cannot represent; use the gRPC API"));
  }
}

// Estimates the size of the text of the outputs.
size_t EstimateSize(absl::Span<const NamedOutput> outputs) {
  constexpr size_t kBytesOfNumber = 12;
  // Extra room, to avoid growth.
  constexpr size_t kSpare = 2048;
  size_t size = 64;
  for (const NamedOutput& output : outputs) {
    const size_t elements = output.tensor.NumElements();
    size += elements *
            (kBytesOfNumber + (outputs.size() > 1 ? output.alias.size() : 0));
    if (output.tensor.dtype() == tensorflow::DT_STRING) {
      size += output.tensor.TotalBytes();
    }
  }
  return size + std::min(size, kSpare);
}

// Returns the size of the first dimension, which must be the same for all
// outputs.
absl::StatusOr<int64_t> BatchSize(absl::Span<const NamedOutput> outputs) {
  for (const NamedOutput& output : outputs) {
    if (output.tensor.dims() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("Output '", output.alias,
                       "' is a scalar and has no batch dimension for rows; "
                       "send the request in columnar format "
                       "(\"inputs\" instead of \"instances\")"));
    }
    const NamedOutput& first = outputs.front();
    if (output.tensor.dim_size(0) != first.tensor.dim_size(0)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "Outputs '", first.alias, "' and '", output.alias,
          "' have the batch sizes ", first.tensor.dim_size(0), " and ",
          output.tensor.dim_size(0),
          ", so they cannot be rows; send the request in columnar format "
          "(\"inputs\" instead of \"instances\")"));
    }
  }
  return outputs.empty() ? 0 : outputs.front().tensor.dim_size(0);
}

using Writers = std::vector<std::unique_ptr<TensorWriter>>;

// Appends an object of all outputs. `append` writes the value of one output.
template <typename AppendValue>
void AppendObject(const std::vector<std::string>& keys, const Writers& writers,
                  AppendValue append, JsonOutput* out) {
  constexpr size_t kBytesAround = 4;  // braces and a separator
  std::string& text = out->text();
  out->MakeRoom(kBytesAround);
  text += '{';
  for (size_t i = 0; i < writers.size(); ++i) {
    out->MakeRoom(keys[i].size() + kBytesAround);
    if (i > 0) {
      text += ", ";
    }
    text += keys[i];
    append(*writers[i]);
  }
  out->MakeRoom(kBytesAround);
  text += '}';
}

}  // namespace

absl::StatusOr<std::string> TensorsToJson(JsonFormat format,
                                          absl::Span<const NamedOutput> outputs,
                                          RequestMemory::Charge* charge) {
  Writers writers;
  std::vector<std::string> keys;
  for (const NamedOutput& output : outputs) {
    absl::StatusOr<std::unique_ptr<TensorWriter>> writer = WriterOf(output);
    if (!writer.ok()) {
      return writer.status();
    }
    writers.push_back(*std::move(writer));
    AppendJsonString(output.alias, &keys.emplace_back());
    keys.back() += ": ";
  }
  constexpr size_t kBytesAround = 32;  // of brackets, keys and separators
  if (format == JsonFormat::kColumnar) {
    JsonOutput out(charge, EstimateSize(outputs));
    out.text() += "{\"outputs\": ";
    if (writers.size() == 1) {
      writers[0]->AppendWhole(&out);
    } else {
      AppendObject(
          keys, writers,
          [&](const TensorWriter& writer) { writer.AppendWhole(&out); }, &out);
    }
    out.MakeRoom(kBytesAround);
    out.text() += '}';
    return std::move(out).Take();
  }
  absl::StatusOr<int64_t> batch_size = BatchSize(outputs);
  if (!batch_size.ok()) {
    return batch_size.status();
  }
  JsonOutput out(charge, EstimateSize(outputs));
  out.text() += "{\"predictions\": [";
  for (int64_t row = 0; row < *batch_size; ++row) {
    out.MakeRoom(kBytesAround);
    if (row > 0) {
      out.text() += ", ";
    }
    if (writers.size() == 1) {
      writers[0]->AppendRow(row, &out);
    } else {
      AppendObject(
          keys, writers,
          [&](const TensorWriter& writer) { writer.AppendRow(row, &out); },
          &out);
    }
  }
  out.MakeRoom(kBytesAround);
  out.text() += "]}";
  return std::move(out).Take();
}

}  // namespace tfs3::rest
