// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_to_tensors.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "simdjson.h"
#include "tensorflow_serving_s3/model_servers/rest/json_source.h"
#include "tensorflow_serving_s3/model_servers/rest/json_value.h"
#include "tensorflow_serving_s3/model_servers/rest/plain_json.h"
#include "tensorflow_serving_s3/model_servers/rest/predict_input.h"
#include "tensorflow_serving_s3/model_servers/rest/tensor_column.h"

namespace tfs3::rest {
namespace {

using simdjson::ondemand::object;
using simdjson::ondemand::value;

using Columns = std::vector<std::unique_ptr<TensorColumn>>;

std::string Names(const std::vector<TensorSpec>& specs) {
  return absl::StrJoin(specs, ", ",
                       [](std::string* out, const TensorSpec& spec) {
                         absl::StrAppend(out, "'", spec.alias, "'");
                       });
}

// Puts the named values of one object into the columns of their inputs.
class FieldReader {
 public:
  FieldReader(JsonSource* source, const std::vector<TensorSpec>& specs,
              const Columns& columns)
      : source_(*source), specs_(specs), columns_(columns) {}

  // Every column must have taken in `row` values before; afterwards each has
  // one more.
  absl::Status Read(value object_value, int64_t row) {
    object fields;
    if (const auto error = object_value.get_object().get(fields))
      return source_.ParseError(error);
    size_t found = 0;
    for (auto item : fields) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field))
        return source_.ParseError(error);
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name))
        return source_.ParseError(error);
      const size_t index = Find(name, found);
      if (index == specs_.size()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "Unexpected input name: '", name, "'; the signature has ",
            specs_.empty() ? "no inputs" : Names(specs_)));
      }
      if (columns_[index]->rows() != row) {
        return absl::InvalidArgumentError(
            absl::StrCat("Input '", name, "' is given twice"));
      }
      if (absl::Status status = columns_[index]->Add(field.value());
          !status.ok())
        return status;
      ++found;
    }
    if (found == specs_.size()) return absl::OkStatus();
    std::vector<TensorSpec> missing;
    for (size_t i = 0; i < specs_.size(); ++i) {
      if (columns_[i]->rows() == row) missing.push_back(specs_[i]);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("Missing named input: ", Names(missing)));
  }

 private:
  // The index of the spec of that name, or the number of specs. Most objects
  // have the order of the specs.
  size_t Find(std::string_view name, size_t guess) const {
    if (guess < specs_.size() && specs_[guess].alias == name) return guess;
    size_t i = 0;
    while (i < specs_.size() && specs_[i].alias != name) ++i;
    return i;
  }

  JsonSource& source_;
  const std::vector<TensorSpec>& specs_;
  const Columns& columns_;
};

class Decoder {
 public:
  Decoder(const PaddedBuffer& body, SignatureInputs inputs_of,
          int64_t max_nesting)
      : source_(body, max_nesting), inputs_of_(inputs_of) {}

  absl::StatusOr<PredictInput> Decode() {
    if (absl::Status status = Walk(kFirst); !status.ok()) {
      // The data may have been read by the default signature before the name of
      // another was seen.
      if (!guessed_ || !Walk(kNameOnly).ok() || !name_.has_value())
        return status;
      absl::StatusOr<const std::vector<TensorSpec>*> specs = inputs_of_(*name_);
      if (!specs.ok()) return specs.status();
      if (*specs == specs_) return status;
      return DecodeBy(*specs);
    }
    if (guessed_ && name_.has_value()) {
      absl::StatusOr<const std::vector<TensorSpec>*> specs = inputs_of_(*name_);
      if (!specs.ok()) return specs.status();
      if (*specs != specs_) return DecodeBy(*specs);
    }
    return Result();
  }

 private:
  enum Pass {
    kFirst,     // reads the data by the signature named so far
    kNameOnly,  // skips the data
    kSpecs,     // reads the data by specs_
  };

  absl::StatusOr<PredictInput> DecodeBy(const std::vector<TensorSpec>* specs) {
    specs_ = specs;
    if (absl::Status status = Walk(kSpecs); !status.ok()) return status;
    return Result();
  }

  PredictInput Result() {
    PredictInput result;
    result.signature_name = std::move(name_).value_or("");
    result.format = *format_;
    result.tensors = std::move(tensors_);
    return result;
  }

  absl::Status Walk(Pass pass) {
    name_.reset();
    format_.reset();
    tensors_.clear();
    if (absl::Status status = source_.Open(); !status.ok()) return status;
    object root;
    if (const auto error = source_.document().get_object().get(root))
      return source_.ParseError(error);
    for (auto item : root) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field))
        return source_.ParseError(error);
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key))
        return source_.ParseError(error);
      absl::Status status;
      if (key == "signature_name") {
        status = ReadName(field.value());
      } else if (key == "instances") {
        status = ReadData(pass, JsonFormat::kRow, field.value());
      } else if (key == "inputs") {
        status = ReadData(pass, JsonFormat::kColumnar, field.value());
      }
      if (!status.ok()) return status;
    }
    if (!source_.document().at_end()) {
      return source_.ParseError("text follows the request's object",
                                source_.end());
    }
    if (!format_.has_value())
      return absl::InvalidArgumentError("Missing 'inputs' or 'instances' key");
    return absl::OkStatus();
  }

  absl::Status ReadName(value name) {
    if (name_.has_value())
      return absl::InvalidArgumentError("'signature_name' is given twice");
    if (*TokenOf(name) != '"')
      return absl::InvalidArgumentError("'signature_name' must be a string");
    std::string_view text;
    if (const auto error = name.get_string().get(text))
      return source_.ParseError(error);
    name_ = std::string(text);
    return absl::OkStatus();
  }

  absl::Status ReadData(Pass pass, JsonFormat format, value data) {
    if (format_.has_value()) {
      return absl::InvalidArgumentError(
          *format_ == format
              ? "'inputs' or 'instances' is given twice"
              : "Only one of 'inputs' and 'instances' may be given, not both");
    }
    format_ = format;
    if (pass == kNameOnly) return absl::OkStatus();
    if (pass == kFirst) {
      guessed_ = !name_.has_value();
      absl::StatusOr<const std::vector<TensorSpec>*> specs =
          inputs_of_(name_.value_or(""));
      if (!specs.ok()) return specs.status();
      specs_ = *specs;
    }
    return format == JsonFormat::kRow ? ReadRows(data) : ReadWhole(data);
  }

  absl::Status ReadRows(value data) {
    const char* const token = TokenOf(data);
    if (*token == '}' || *token == ',')
      return source_.ParseError("a value was expected", token);
    if (*token != '[')
      return absl::InvalidArgumentError(
          "'instances' must be a list with one element an example");
    const char* const first = SkipSpace(token + 1);
    if (*first == ']') {
      return absl::InvalidArgumentError(
          "'instances' is an empty list; it must have at least one element");
    }
    if (*first != '{' || IsBareBytes(first)) {
      if (specs_->size() != 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("Failed to process element: 0 of 'instances' list: it "
                         "must be an object with the signature's ",
                         specs_->size(), " inputs: ", Names(*specs_)));
      }
      return ReadAs(TensorColumn::kWhole, [&](const Columns& columns) {
        return columns[0]->Add(data);
      });
    }
    return ReadAs(TensorColumn::kRows, [&](const Columns& columns) {
      return ReadObjects(data, columns);
    });
  }

  absl::Status ReadObjects(value data, const Columns& columns) {
    simdjson::ondemand::array rows;
    if (const auto error = data.get_array().get(rows))
      return source_.ParseError(error);
    FieldReader reader(&source_, *specs_, columns);
    int64_t row = 0;
    for (auto item : rows) {
      value element;
      if (const auto error = std::move(item).get(element))
        return source_.ParseError(error);
      absl::Status status =
          *TokenOf(element) == '{'
              ? reader.Read(element, row)
              : absl::InvalidArgumentError(absl::StrCat(
                    "it must be an object with the inputs: ", Names(*specs_)));
      if (!status.ok()) {
        if (IsParseError(status)) return status;
        return absl::InvalidArgumentError(
            absl::StrCat("Failed to process element: ", row,
                         " of 'instances' list: ", status.message()));
      }
      ++row;
    }
    return absl::OkStatus();
  }

  absl::Status ReadWhole(value data) {
    const char* const token = TokenOf(data);
    const bool named = *token == '{' && !IsBareBytes(token);
    if (!named && specs_->size() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("'inputs' must be an object with the signature's ",
                       specs_->size(), " inputs: ", Names(*specs_)));
    }
    return ReadAs(TensorColumn::kWhole, [&](const Columns& columns) {
      return named ? FieldReader(&source_, *specs_, columns).Read(data, 0)
                   : columns[0]->Add(data);
    });
  }

  // True when the object at `token` is the value of the only input, and not a
  // list of inputs by name.
  bool IsBareBytes(const char* token) const {
    return specs_->size() == 1 &&
           specs_->front().dtype == tensorflow::DT_STRING &&
           OpensBase64Object(token);
  }

  // Makes the columns, has them filled by `fill` and takes their tensors.
  template <typename Fill>
  absl::Status ReadAs(TensorColumn::Layout layout, Fill fill) {
    Columns columns;
    columns.reserve(specs_->size());
    for (const TensorSpec& spec : *specs_) {
      auto column = TensorColumn::Create(spec, layout, &source_);
      if (!column.ok()) return column.status();
      columns.push_back(*std::move(column));
    }
    if (absl::Status status = fill(columns); !status.ok()) return status;
    tensors_.reserve(columns.size());
    for (const auto& column : columns) {
      absl::StatusOr<tensorflow::Tensor> tensor = column->Finish();
      if (!tensor.ok()) return tensor.status();
      tensors_.push_back(*std::move(tensor));
    }
    return absl::OkStatus();
  }

  static bool IsParseError(const absl::Status& status) {
    return status.message().substr(0, 16) == "JSON Parse error";
  }

  JsonSource source_;
  SignatureInputs inputs_of_;

  std::optional<std::string> name_;
  std::optional<JsonFormat> format_;
  std::vector<tensorflow::Tensor> tensors_;
  // The inputs that the data were last read by, and whether they are the
  // default signature's for want of a name.
  const std::vector<TensorSpec>* specs_ = nullptr;
  bool guessed_ = false;
};

}  // namespace

absl::StatusOr<PredictInput> JsonToTensors(const PaddedBuffer& body,
                                           SignatureInputs inputs_of,
                                           int64_t max_nesting) {
  if (std::optional<PredictInput> input =
          ReadPlainJson(body, inputs_of, max_nesting)) {
    return *std::move(input);
  }
  return Decoder(body, inputs_of, max_nesting).Decode();
}

}  // namespace tfs3::rest
