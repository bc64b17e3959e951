// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/plain_json.h"

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/rest/json_source.h"
#include "tensorflow_serving_s3/model_servers/rest/tensor_column.h"

namespace tfs3::rest {
namespace {

using Columns = std::vector<std::unique_ptr<TensorColumn>>;

// Every member that reads moves p_ behind what it has read; false means that
// the long way has to read the body.
class Reader {
 public:
  Reader(const PaddedBuffer& body, SignatureInputs inputs_of,
         int64_t max_nesting)
      : source_(body),
        inputs_of_(inputs_of),
        max_nesting_(max_nesting),
        p_(body.data()) {}

  std::optional<PredictInput> Read() {
    if (!Take('{')) return std::nullopt;
    do {
      std::string_view key;
      if (!TakeText(&key) || !Take(':') || !ReadMember(key)) {
        return std::nullopt;
      }
    } while (Take(','));
    if (!Take('}') || SkipSpace(p_) < source_.end() || !has_data_) {
      return std::nullopt;
    }
    return std::move(input_);
  }

 private:
  // Passes white space and this character.
  bool Take(char c) {
    p_ = SkipSpace(p_);
    if (*p_ != c) return false;
    ++p_;
    return true;
  }

  // A string of plain ASCII without escapes.
  bool TakeText(std::string_view* text) {
    if (!Take('"')) return false;
    const char* const begin = p_;
    while (*p_ >= ' ' && *p_ <= '~' && *p_ != '"' && *p_ != '\\') ++p_;
    *text = {begin, static_cast<size_t>(p_ - begin)};
    return *p_++ == '"';
  }

  bool ReadMember(std::string_view key) {
    if (has_data_) return false;
    if (key == "signature_name") {
      std::string_view name;
      if (has_name_ || !TakeText(&name)) return false;
      has_name_ = true;
      input_.signature_name = std::string(name);
      return true;
    }
    has_data_ = true;
    if (key == "instances") return ReadData(JsonFormat::kRow);
    return key == "inputs" && ReadData(JsonFormat::kColumnar);
  }

  bool ReadData(JsonFormat format) {
    const absl::StatusOr<const std::vector<TensorSpec>*> specs =
        inputs_of_(input_.signature_name);
    if (!specs.ok()) return false;
    specs_ = *specs;
    input_.format = format;
    p_ = SkipSpace(p_);
    if (format == JsonFormat::kColumnar) {
      return *p_ == '{' ? MakeColumns(TensorColumn::kWhole) && ReadFields(0) &&
                              TakeTensors()
                        : ReadOnly();
    }
    // A list that is not empty.
    if (*p_ != '[') return false;
    const char* const first = SkipSpace(p_ + 1);
    if (*first == ']') return false;
    return *first == '{' ? ReadRows() : ReadOnly();
  }

  // The only input, with no name.
  bool ReadOnly() {
    if (specs_->size() != 1 || !MakeColumns(TensorColumn::kWhole)) return false;
    p_ = columns_[0]->Scan(p_);
    return p_ != nullptr && TakeTensors();
  }

  // A list of objects.
  bool ReadRows() {
    if (!MakeColumns(TensorColumn::kRows)) return false;
    ++p_;
    int64_t row = 0;
    do {
      p_ = SkipSpace(p_);
      if (*p_ != '{' || !ReadFields(row)) return false;
      ++row;
    } while (Take(','));
    return Take(']') && TakeTensors();
  }

  // An object with every input once, after `row` such objects.
  bool ReadFields(int64_t row) {
    ++p_;
    size_t found = 0;
    do {
      std::string_view name;
      if (!TakeText(&name) || !Take(':')) return false;
      // Most objects have the order of the specs.
      size_t i = found;
      if (i >= specs_->size() || (*specs_)[i].alias != name) {
        i = 0;
        while (i < specs_->size() && (*specs_)[i].alias != name) ++i;
      }
      if (i == specs_->size() || columns_[i]->rows() != row) return false;
      p_ = columns_[i]->Scan(SkipSpace(p_));
      if (p_ == nullptr) return false;
      ++found;
    } while (Take(','));
    return found == specs_->size() && Take('}');
  }

  bool MakeColumns(TensorColumn::Layout layout) {
    columns_.reserve(specs_->size());
    for (const TensorSpec& spec : *specs_) {
      auto column = TensorColumn::Create(spec, layout, &source_);
      if (!column.ok()) return false;
      columns_.push_back(*std::move(column));
    }
    return true;
  }

  bool TakeTensors() {
    // Around a tensor's lists: the body, and an object or a list of objects.
    constexpr int kAround = 3;
    for (const auto& column : columns_) {
      absl::StatusOr<tensorflow::Tensor> tensor = column->Finish();
      if (!tensor.ok() || tensor->dims() + kAround > max_nesting_) return false;
      input_.tensors.push_back(*std::move(tensor));
    }
    return true;
  }

  JsonSource source_;
  SignatureInputs inputs_of_;
  const int64_t max_nesting_;
  const char* p_;
  const std::vector<TensorSpec>* specs_ = nullptr;
  Columns columns_;
  bool has_name_ = false;
  bool has_data_ = false;
  PredictInput input_;
};

}  // namespace

std::optional<PredictInput> ReadPlainJson(const PaddedBuffer& body,
                                          SignatureInputs inputs_of,
                                          int64_t max_nesting) {
  return Reader(body, inputs_of, max_nesting).Read();
}

}  // namespace tfs3::rest
