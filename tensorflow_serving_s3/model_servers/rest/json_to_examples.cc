// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_to_examples.h"

#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "simdjson.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/example/feature.pb.h"
#include "tensorflow_serving_s3/model_servers/rest/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json_source.h"
#include "tensorflow_serving_s3/model_servers/rest/json_value.h"

namespace tfs3::rest {
namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::object;
using simdjson::ondemand::value;
using tensorflow::Example;
using tensorflow::Feature;
using tensorflow::serving::ExampleListWithContext;
using tensorflow::serving::Input;

std::string_view NameOf(Feature::KindCase kind) {
  switch (kind) {
    case Feature::kBytesList:
      return "bytes";
    case Feature::kFloatList:
      return "float";
    case Feature::kInt64List:
      return "int64";
    case Feature::KIND_NOT_SET:
      break;
  }
  return "none";
}

class Decoder {
 public:
  Decoder(const PaddedBuffer& body, int64_t max_nesting, Input* input,
          std::string* signature_name)
      : source_(body, max_nesting),
        input_(*input),
        signature_name_(*signature_name) {}

  absl::Status Decode() {
    signature_name_.clear();
    if (absl::Status status = source_.Open(); !status.ok()) return status;
    object root;
    if (const auto error = source_.document().get_object().get(root))
      return source_.ParseError(error);
    // Whether there is a context shows only at the end.
    ExampleListWithContext* list = input_.mutable_example_list_with_context();
    bool has_name = false;
    bool has_context = false;
    bool has_examples = false;
    for (auto item : root) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field))
        return source_.ParseError(error);
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key))
        return source_.ParseError(error);
      absl::Status status;
      if (key == "signature_name") {
        status = Once(&has_name, "signature_name");
        if (status.ok()) status = ReadName(field.value());
      } else if (key == "context") {
        status = Once(&has_context, "context");
        if (status.ok()) {
          status = InPlace("'context'",
                           ReadExample(field.value(), list->mutable_context()));
        }
      } else if (key == "examples") {
        status = Once(&has_examples, "examples");
        if (status.ok()) status = ReadExamples(field.value(), list);
      }
      if (!status.ok()) return status;
    }
    if (!source_.document().at_end()) {
      return source_.ParseError("text follows the request's object",
                                source_.end());
    }
    if (!has_examples)
      return absl::InvalidArgumentError(
          "Missing 'examples' key: the request must have a list of examples");
    if (!has_context) DropContext();
    return absl::OkStatus();
  }

 private:
  static absl::Status Once(bool* seen, std::string_view key) {
    if (!std::exchange(*seen, true)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("'", key, "' is given twice"));
  }

  // Tells where in the request it went wrong; a fault of the text as such has
  // its offset already.
  absl::Status InPlace(std::string_view place, absl::Status status) const {
    if (status.ok() || parse_error_) return status;
    return absl::InvalidArgumentError(
        absl::StrCat("Failed to process ", place, ": ", status.message()));
  }

  absl::Status ParseError(simdjson::error_code error) {
    parse_error_ = true;
    return source_.ParseError(error);
  }

  absl::Status ParseError(std::string_view reason, const char* where) {
    parse_error_ = true;
    return source_.ParseError(reason, where);
  }

  absl::Status ReadName(value name) {
    if (*TokenOf(name) != '"')
      return absl::InvalidArgumentError("'signature_name' must be a string");
    std::string_view text;
    if (const auto error = name.get_string().get(text))
      return source_.ParseError(error);
    signature_name_.assign(text);
    return absl::OkStatus();
  }

  absl::Status ReadExamples(value examples, ExampleListWithContext* list) {
    const char* const token = TokenOf(examples);
    if (*token != '[') {
      if (!LooksLikeJson(token))
        return ParseError("a value was expected", token);
      return absl::InvalidArgumentError(
          "'examples' must be a list of objects, one an example");
    }
    array elements;
    if (const auto error = examples.get_array().get(elements))
      return ParseError(error);
    for (auto item : elements) {
      value element;
      if (const auto error = std::move(item).get(element))
        return ParseError(error);
      const int index = list->examples_size();
      absl::Status status = ReadExample(element, list->add_examples());
      if (!status.ok()) {
        return InPlace(absl::StrCat("element: ", index, " of 'examples' list"),
                       std::move(status));
      }
    }
    if (list->examples().empty()) {
      return absl::InvalidArgumentError(
          "'examples' is an empty list; it must have at least one element");
    }
    return absl::OkStatus();
  }

  absl::Status ReadExample(value example_value, Example* example) {
    const char* const token = TokenOf(example_value);
    if (*token != '{') {
      if (!LooksLikeJson(token))
        return ParseError("a value was expected", token);
      return absl::InvalidArgumentError(
          absl::StrCat("an example must be an object of features, but got ",
                       ExcerptOfJson(token, source_.end())));
    }
    object fields;
    if (const auto error = example_value.get_object().get(fields))
      return ParseError(error);
    auto& features = *example->mutable_features()->mutable_feature();
    for (auto item : fields) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field))
        return ParseError(error);
      std::string_view name;
      if (const auto error = field.unescaped_key().get(name))
        return ParseError(error);
      const auto [feature, is_new] = features.try_emplace(name);
      // Of two features of one name the last counts.
      if (!is_new) feature->second.Clear();
      absl::Status status = ReadFeature(field.value(), &feature->second);
      if (!status.ok()) {
        if (parse_error_) return status;
        return absl::InvalidArgumentError(
            absl::StrCat("Feature: ", feature->first, " ", status.message()));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadFeature(value content, Feature* feature) {
    const char* const token = TokenOf(content);
    if (*token != '[') return AddValue(content, token, feature);
    array values;
    if (const auto error = content.get_array().get(values))
      return ParseError(error);
    for (auto item : values) {
      value element;
      if (const auto error = std::move(item).get(element))
        return ParseError(error);
      absl::Status status = AddValue(element, TokenOf(element), feature);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status AddValue(value& element, const char* token, Feature* feature) {
    if (*token == '"') {
      std::string_view text;
      if (const auto error = element.get_string().get(text))
        return ParseError(error);
      return AddBytes(token, text, feature);
    }
    if (*token == '{' && OpensBase64Object(token)) {
      std::string bytes;
      switch (ReadBase64Object(element, &bytes)) {
        case BytesError::kNone:
          return AddBytes(token, bytes, feature);
        case BytesError::kNotBase64:
          return absl::InvalidArgumentError(
              "has an object that does not hold valid base64 under its key "
              "'b64'");
        case BytesError::kNotAlone:
          return absl::InvalidArgumentError(
              "has an object with key 'b64' and another key");
        case BytesError::kParserSays:
          return ParseError("a string that is cut short or has a bad escape",
                            token);
      }
    }
    const bool is_true = IsJsonWord(token, "true");
    if (is_true || IsJsonWord(token, "false"))
      return AddInteger(token, is_true ? 1 : 0, feature);
    return AddNumber(token, feature);
  }

  absl::Status AddNumber(const char* token, Feature* feature) {
    int64_t whole;
    float number;
    switch (ParseJsonNumber(token, &whole)) {
      case NumberError::kNone:
        return AddInteger(token, whole, feature);
      case NumberError::kRange: {
        uint64_t unsigned_whole;
        if (ParseJsonNumber(token, &unsigned_whole) == NumberError::kNone) {
          return absl::InvalidArgumentError(
              absl::StrCat("has element ", ExcerptOfJson(token, source_.end()),
                           ", which is beyond the range of int64"));
        }
        break;  // a whole number as large as that is meant as a float
      }
      case NumberError::kNotWhole:
      case NumberError::kSyntax:
        break;
    }
    switch (ParseJsonNumber(token, &number)) {
      case NumberError::kNone:
        return AddFloat(token, number, feature);
      case NumberError::kRange:
        return absl::InvalidArgumentError(
            absl::StrCat("has element ", ExcerptOfJson(token, source_.end()),
                         ", which is beyond the range of float"));
      case NumberError::kNotWhole:
      case NumberError::kSyntax:
        break;
    }
    if (!LooksLikeJson(token)) return ParseError("a value was expected", token);
    return absl::InvalidArgumentError(
        absl::StrCat("has element with unexpected JSON type: ",
                     ExcerptOfJson(token, source_.end()),
                     "; numbers, strings, true, false and {\"b64\": ...} are "
                     "expected"));
  }

  // Whether another value of that kind may follow those of the feature.
  absl::Status CheckKind(const char* token, Feature::KindCase kind,
                         const Feature& feature) const {
    const Feature::KindCase present = feature.kind_case();
    if (present == Feature::KIND_NOT_SET || present == kind)
      return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "has element ", ExcerptOfJson(token, source_.end()),
        " of type: ", NameOf(kind), ", expecting type: ", NameOf(present),
        " as of the elements before it"));
  }

  absl::Status AddInteger(const char* token, int64_t number,
                          Feature* feature) const {
    absl::Status status = CheckKind(token, Feature::kInt64List, *feature);
    if (status.ok()) feature->mutable_int64_list()->add_value(number);
    return status;
  }

  absl::Status AddFloat(const char* token, float number,
                        Feature* feature) const {
    absl::Status status = CheckKind(token, Feature::kFloatList, *feature);
    if (status.ok()) feature->mutable_float_list()->add_value(number);
    return status;
  }

  absl::Status AddBytes(const char* token, std::string_view bytes,
                        Feature* feature) const {
    absl::Status status = CheckKind(token, Feature::kBytesList, *feature);
    if (status.ok()) feature->mutable_bytes_list()->add_value(bytes);
    return status;
  }

  // Makes the list that has room for a context one that has not.
  void DropContext() {
    ExampleListWithContext* const list =
        input_.unsafe_arena_release_example_list_with_context();
    // What is on an arena ends with it.
    const std::unique_ptr<ExampleListWithContext> owned(
        input_.GetArena() == nullptr ? list : nullptr);
    input_.mutable_example_list()->mutable_examples()->Swap(
        list->mutable_examples());
  }

  JsonSource source_;
  Input& input_;
  std::string& signature_name_;
  bool parse_error_ = false;
};

}  // namespace

absl::Status JsonToExamples(const PaddedBuffer& body, int64_t max_nesting,
                            Input* input, std::string* signature_name) {
  return Decoder(body, max_nesting, input, signature_name).Decode();
}

}  // namespace tfs3::rest
