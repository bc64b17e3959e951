// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_base64.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"
#include "tensorflow_serving_s3/model_servers/rest/json/predict_input.h"
#include "tensorflow_serving_s3/model_servers/rest/json/tensor_column.h"

namespace tfs3::rest {
namespace {

using Specs = std::vector<TensorSpec>;
using Columns = std::vector<std::unique_ptr<TensorColumn>>;

std::string Names(const Specs& specs) {
  return absl::StrJoin(specs, ", ",
                       [](std::string* out, const TensorSpec& spec) {
                         absl::StrAppend(out, "'", spec.alias, "'");
                       });
}

// Adds the values of an object to the columns of the inputs. Of a repeated
// name, uses the first value. In row format, checks that the other values have
// the same type and shape.
class FieldReader {
 public:
  FieldReader(JsonText* text, JsonFormat format, const Specs& specs,
              const Columns& columns)
      : text_(*text),
        format_(format),
        specs_(specs),
        columns_(columns),
        values_(specs.size()),
        others_(specs.size()) {}

  // Reads the object at `token`. Each column has `row` values before, and one
  // more afterwards.
  const char* Read(const char* token, int64_t row) {
    size_t found = 0;
    const char* const end = text_.ReadObject(
        token, [&](std::string_view name, const char* p) -> const char* {
          const size_t index = Find(name, found);
          if (index == specs_.size()) {
            return SkipUnknown(name, p);
          }
          if (columns_[index]->rows() != row) {
            return SkipRepeated(index, p);
          }
          ++found;
          values_[index] = p;
          return columns_[index]->Add(p);
        });
    if (end == nullptr || found == specs_.size()) {
      return end;
    }
    return FailMissing(row);
  }

 private:
  // Returns the index of the spec with this name, or the number of specs. Tries
  // `guess` first, because most objects have the order of the specs.
  size_t Find(std::string_view name, size_t guess) const {
    if (guess < specs_.size() && specs_[guess].alias == name) {
      return guess;
    }
    size_t i = 0;
    while (i < specs_.size() && specs_[i].alias != name) {
      ++i;
    }
    return i;
  }

  // Skips the value at `p` of an unknown name in columnar format; otherwise
  // fails.
  const char* SkipUnknown(std::string_view name, const char* p) {
    if (format_ == JsonFormat::kColumnar && !specs_.empty()) {
      return text_.SkipValue(p);
    }
    return text_.Fail(absl::InvalidArgumentError(
        absl::StrCat("Unexpected input name: '", JsonText::ExcerptOfName(name),
                     "'; the signature has ",
                     specs_.empty() ? "no inputs" : Names(specs_))));
  }

  // Skips the value at `p` of an input that already has a value. In row format,
  // checks its type and shape.
  const char* SkipRepeated(size_t index, const char* p) {
    if (format_ == JsonFormat::kColumnar) {
      return text_.SkipValue(p);
    }
    std::unique_ptr<TensorColumn>& others = others_[index];
    if (others == nullptr) {
      auto column =
          TensorColumn::Create(specs_[index], TensorColumn::kRows, &text_);
      if (!column.ok()) {
        return text_.Fail(column.status());
      }
      others = *std::move(column);
      // Adds the first value, which determines the shape.
      if (others->Add(values_[index]) == nullptr) {
        return nullptr;
      }
    }
    return others->Add(p);
  }

  std::nullptr_t FailMissing(int64_t row) {
    Specs missing;
    for (size_t i = 0; i < specs_.size(); ++i) {
      if (columns_[i]->rows() == row) {
        missing.push_back(specs_[i]);
      }
    }
    return text_.Fail(absl::InvalidArgumentError(
        absl::StrCat("Missing named input: ", Names(missing))));
  }

  JsonText& text_;
  const JsonFormat format_;
  const Specs& specs_;
  const Columns& columns_;
  // The position of each input's value in the last object.
  std::vector<const char*> values_;
  // The repeated values of each input; null if there are none.
  Columns others_;
};

class Decoder {
 public:
  Decoder(const net::PaddedBuffer& body, SignatureInputs inputs_of,
          int64_t max_nesting)
      : text_(body, max_nesting),
        inputs_of_(inputs_of),
        names_(body.charge()) {}

  absl::StatusOr<PredictInput> Decode() {
    const bool read =
        text_.ReadRoot([this](std::string_view key, const char* p) {
          if (key == "signature_name") {
            return ReadName(p);
          }
          if (key == "instances") {
            return HandleData(JsonFormat::kRow, p);
          }
          if (key == "inputs") {
            return HandleData(JsonFormat::kColumnar, p);
          }
          return text_.SkipValue(p);
        });
    if (!read) {
      return text_.TakeStatus();
    }
    if (!format_.has_value()) {
      return absl::InvalidArgumentError("Missing 'inputs' or 'instances' key");
    }
    if (absl::Status status = ReadAgainIfNamedLate(); !status.ok()) {
      return status;
    }
    PredictInput result;
    result.signature_name = std::move(name_).value_or("");
    result.format = *format_;
    result.tensors = std::move(tensors_);
    return result;
  }

 private:
  // Reads the first name and skips repeated ones.
  const char* ReadName(const char* p) {
    if (name_.has_value()) {
      return text_.SkipValue(p);
    }
    if (*p != '"') {
      return text_.FailAt(p, "'signature_name' must be a string");
    }
    const JsonText::String name = text_.ReadString(p);
    if (name.end == nullptr) {
      return nullptr;
    }
    names_.GrowTo(static_cast<int64_t>(2 * name.text.size()));
    name_ = std::string(name.text);
    return name.end;
  }

  // Reads the first data as the inputs of the signature that is named so far.
  const char* HandleData(JsonFormat format, const char* p) {
    if (format_.has_value()) {
      if (*format_ == format) {
        return text_.SkipValue(p);
      }
      return text_.Fail(absl::InvalidArgumentError(
          "Only one of 'inputs' and 'instances' may be given, not both"));
    }
    format_ = format;
    data_ = p;
    const char* const end = ReadData(name_.value_or(""));
    if (end != nullptr || name_.has_value() || text_.is_parse_error()) {
      return end;
    }
    // The data may be valid for a signature whose name follows.
    default_status_ = text_.TakeStatus();
    return text_.SkipValue(p);
  }

  // Reads the data again if the name of another signature followed them.
  absl::Status ReadAgainIfNamedLate() {
    if (!name_.has_value()) {
      return default_status_;
    }
    const Specs* const read_by = specs_;
    const absl::StatusOr<const Specs*> specs = inputs_of_(*name_);
    if (!specs.ok()) {
      return specs.status();
    }
    if (*specs == read_by) {
      return default_status_;
    }
    ReadData(*name_);
    return text_.TakeStatus();
  }

  // Deletes the tensors and returns their charge.
  void DropTensors() {
    if (tensors_.empty()) {
      return;
    }
    tensors_.clear();
    if (text_.charge() != nullptr) {
      text_.charge()->ShrinkTo(charge_before_);
    }
  }

  // Reads the data as the inputs of a signature.
  const char* ReadData(const std::string& signature_name) {
    specs_ = nullptr;
    DropTensors();
    const absl::StatusOr<const Specs*> specs = inputs_of_(signature_name);
    if (!specs.ok()) {
      return text_.Fail(specs.status());
    }
    specs_ = *specs;
    return *format_ == JsonFormat::kRow ? ReadRows() : ReadWhole();
  }

  const char* ReadRows() {
    if (*data_ != '[') {
      return text_.FailAt(
          data_, "'instances' must be a list with one element an example");
    }
    const char* const first = SkipSpace(data_ + 1);
    if (*first == ']') {
      return text_.Fail(absl::InvalidArgumentError(
          "'instances' is an empty list; it must have at least one element"));
    }
    if (*first != '{' || IsBareBytes(first)) {
      if (specs_->size() != 1) {
        return text_.Fail(absl::InvalidArgumentError(
            absl::StrCat("Failed to process element: 0 of 'instances' list: it "
                         "must be an object with the signature's ",
                         specs_->size(), " inputs: ", Names(*specs_))));
      }
      return ReadAs(TensorColumn::kWhole, [this](const Columns& columns) {
        return columns[0]->Add(data_);
      });
    }
    return ReadAs(TensorColumn::kRows, [this](const Columns& columns) {
      return ReadObjects(columns);
    });
  }

  const char* ReadObjects(const Columns& columns) {
    FieldReader reader(&text_, JsonFormat::kRow, *specs_, columns);
    int64_t row = 0;
    return text_.ReadList(data_, [&](const char* p) -> const char* {
      const char* const end =
          *p == '{'
              ? reader.Read(p, row)
              : text_.FailAt(
                    p, absl::StrCat("it must be an object with the inputs: ",
                                    Names(*specs_)));
      if (end == nullptr && !text_.is_parse_error()) {
        return text_.Fail(absl::InvalidArgumentError(absl::StrCat(
            "Failed to process element: ", row,
            " of 'instances' list: ", text_.TakeStatus().message())));
      }
      ++row;
      return end;
    });
  }

  const char* ReadWhole() {
    const bool named = *data_ == '{' && !IsBareBytes(data_);
    if (!named && specs_->size() != 1) {
      return text_.Fail(absl::InvalidArgumentError(
          absl::StrCat("'inputs' must be an object with the signature's ",
                       specs_->size(), " inputs: ", Names(*specs_))));
    }
    return ReadAs(TensorColumn::kWhole, [&](const Columns& columns) {
      if (!named) {
        return columns[0]->Add(data_);
      }
      return FieldReader(&text_, JsonFormat::kColumnar, *specs_, columns)
          .Read(data_, 0);
    });
  }

  // Returns whether the object at `token` is a {"b64": ...} value of the only
  // input, and not an object of inputs.
  bool IsBareBytes(const char* token) {
    return *token == '{' && specs_->size() == 1 &&
           specs_->front().dtype == tensorflow::DT_STRING &&
           OpensBase64Object(&text_, token);
  }

  // Creates the columns, calls `fill` for them and takes their tensors.
  template <typename Fill>
  const char* ReadAs(TensorColumn::Layout layout, Fill fill) {
    if (text_.charge() != nullptr) {
      charge_before_ = text_.charge()->bytes();
    }
    Columns columns;
    columns.reserve(specs_->size());
    for (const TensorSpec& spec : *specs_) {
      auto column = TensorColumn::Create(spec, layout, &text_);
      if (!column.ok()) {
        return text_.Fail(column.status());
      }
      columns.push_back(*std::move(column));
    }
    const char* const end = fill(columns);
    if (end == nullptr) {
      return nullptr;
    }
    tensors_.reserve(columns.size());
    for (const auto& column : columns) {
      absl::StatusOr<tensorflow::Tensor> tensor = column->Finish();
      if (!tensor.ok()) {
        return text_.Fail(tensor.status());
      }
      tensors_.push_back(*std::move(tensor));
    }
    return end;
  }

  JsonText text_;
  SignatureInputs inputs_of_;
  RequestMemory::Part names_;  // of name_

  std::optional<std::string> name_;
  std::optional<JsonFormat> format_;
  // The position of the data.
  const char* data_ = nullptr;
  // The inputs as which the data were last read.
  const Specs* specs_ = nullptr;
  std::vector<tensorflow::Tensor> tensors_;
  // The charge before the tensors were read.
  int64_t charge_before_ = 0;
  // The result of reading the data as the default signature's inputs.
  absl::Status default_status_;
};

}  // namespace

absl::StatusOr<PredictInput> JsonToTensors(const net::PaddedBuffer& body,
                                           SignatureInputs inputs_of,
                                           int64_t max_nesting) {
  return Decoder(body, inputs_of, max_nesting).Decode();
}

}  // namespace tfs3::rest
