// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_to_examples.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/example/feature.pb.h"
#include "tensorflow_serving_s3/model_servers/rest/json_base64.h"
#include "tensorflow_serving_s3/model_servers/rest/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json_text.h"

namespace tfs3::rest {
namespace {

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
      : text_(body, max_nesting),
        input_(*input),
        signature_name_(*signature_name) {}

  absl::Status Decode() {
    signature_name_.clear();
    // Whether there is a context shows only at the end.
    ExampleListWithContext* list = input_.mutable_example_list_with_context();
    bool has_name = false;
    bool has_context = false;
    bool has_examples = false;
    const bool read = text_.ReadRoot([&](std::string_view key,
                                         const char* p) -> const char* {
      // Of a key that comes twice the first value counts.
      if (key == "signature_name" && !std::exchange(has_name, true))
        return ReadName(p);
      if (key == "context" && !std::exchange(has_context, true)) {
        return InPlace("'context'", ReadExample(p, list->mutable_context()));
      }
      if (key == "examples" && !std::exchange(has_examples, true))
        return ReadExamples(p, list);
      return text_.SkipValue(p);
    });
    if (!read) return text_.TakeStatus();
    if (!has_examples)
      return absl::InvalidArgumentError(
          "Missing 'examples' key: the request must have a list of examples");
    if (!has_context) DropContext();
    return absl::OkStatus();
  }

 private:
  // Notes what is wrong, or that the text at `token` is no value at all.
  std::nullptr_t FailAt(const char* token, std::string_view reason) {
    if (!LooksLikeJson(token))
      return text_.FailParse("a value was expected", token);
    return text_.Fail(absl::InvalidArgumentError(reason));
  }

  // Puts `place` before the message if `end` is null. A fault of the text as
  // such has its offset already.
  const char* InPlace(std::string_view place, const char* end) {
    if (end != nullptr || text_.is_parse_error()) return end;
    return text_.Fail(absl::InvalidArgumentError(absl::StrCat(
        "Failed to process ", place, ": ", text_.TakeStatus().message())));
  }

  const char* ReadName(const char* p) {
    if (*p != '"') return FailAt(p, "'signature_name' must be a string");
    const JsonText::String name = text_.ReadString(p);
    signature_name_.assign(name.text);
    return name.end;
  }

  const char* ReadExamples(const char* p, ExampleListWithContext* list) {
    if (*p != '[') {
      return FailAt(p, "'examples' must be a list of objects, one an example");
    }
    p = text_.ReadList(p, [&](const char* element) {
      const int index = list->examples_size();
      return InPlace(absl::StrCat("element: ", index, " of 'examples' list"),
                     ReadExample(element, list->add_examples()));
    });
    if (p != nullptr && list->examples().empty()) {
      return text_.Fail(absl::InvalidArgumentError(
          "'examples' is an empty list; it must have at least one element"));
    }
    return p;
  }

  const char* ReadExample(const char* token, Example* example) {
    if (*token != '{') {
      return FailAt(
          token,
          absl::StrCat("an example must be an object of features, but got ",
                       text_.ExcerptOf(token)));
    }
    auto& features = *example->mutable_features()->mutable_feature();
    return text_.ReadObject(
        token, [&](std::string_view name, const char* p) -> const char* {
          const auto [feature, is_new] = features.try_emplace(name);
          // Of two features of one name the last counts.
          if (!is_new) feature->second.Clear();
          const char* const end = ReadFeature(p, &feature->second);
          if (end != nullptr || text_.is_parse_error()) return end;
          return text_.Fail(absl::InvalidArgumentError(absl::StrCat(
              "Feature: ", feature->first, " ", text_.TakeStatus().message())));
        });
  }

  const char* ReadFeature(const char* p, Feature* feature) {
    if (*p != '[') return AddValue(p, feature);
    return text_.ReadList(
        p, [&](const char* element) { return AddValue(element, feature); });
  }

  const char* AddValue(const char* token, Feature* feature) {
    if (*token == '"') {
      const JsonText::String string = text_.ReadString(token);
      if (string.end == nullptr) return nullptr;
      return AddBytes(token, string.text, feature) ? string.end : nullptr;
    }
    if (*token == '{' && OpensBase64Object(&text_, token))
      return AddBase64(token, feature);
    for (const std::string_view word : {"true", "false"}) {
      if (!IsJsonWord(token, word)) continue;
      return AddInteger(token, word == "true" ? 1 : 0, feature)
                 ? token + word.size()
                 : nullptr;
    }
    return AddNumber(token, feature);
  }

  const char* AddBase64(const char* token, Feature* feature) {
    const Base64Object object = ReadBase64Object(&text_, token);
    switch (object.error) {
      case BytesError::kNone:
        return AddBytes(token, object.bytes, feature) ? object.end : nullptr;
      case BytesError::kNotBase64:
        return text_.Fail(absl::InvalidArgumentError(
            "has an object that does not hold valid base64 under its key "
            "'b64'"));
      case BytesError::kNotAlone:
        return text_.Fail(absl::InvalidArgumentError(
            "has an object with key 'b64' and another key"));
      case BytesError::kNotJson:
        break;
    }
    return nullptr;
  }

  const char* AddNumber(const char* token, Feature* feature) {
    const char* end = nullptr;
    int64_t whole;
    switch (ParseJsonNumber(token, &whole, &end)) {
      case NumberError::kNone:
        return AddInteger(token, whole, feature) ? end : nullptr;
      case NumberError::kRange: {
        uint64_t unsigned_whole;
        if (ParseJsonNumber(token, &unsigned_whole) == NumberError::kNone) {
          return FailElement(token, "which is beyond the range of int64");
        }
        break;  // a whole number as large as that is meant as a float
      }
      case NumberError::kNotWhole:
      case NumberError::kSyntax:
        break;
    }
    float number;
    switch (ParseJsonNumber(token, &number, &end)) {
      case NumberError::kNone:
        return AddFloat(token, number, feature) ? end : nullptr;
      case NumberError::kRange:
        return FailElement(token, "which is beyond the range of double");
      case NumberError::kNotWhole:
      case NumberError::kSyntax:
        break;
    }
    return FailAt(
        token,
        absl::StrCat(
            "has element with unexpected JSON type: ", text_.ExcerptOf(token),
            "; numbers, strings, true, false and {\"b64\": ...} are "
            "expected"));
  }

  std::nullptr_t FailElement(const char* token, std::string_view reason) {
    return text_.Fail(absl::InvalidArgumentError(
        absl::StrCat("has element ", text_.ExcerptOf(token), ", ", reason)));
  }

  // Notes a fault unless a value of that kind may follow those of the feature.
  bool CheckKind(const char* token, Feature::KindCase kind,
                 const Feature& feature) {
    const Feature::KindCase present = feature.kind_case();
    if (present == Feature::KIND_NOT_SET || present == kind) return true;
    text_.Fail(absl::InvalidArgumentError(absl::StrCat(
        "has element ", text_.ExcerptOf(token), " of type: ", NameOf(kind),
        ", expecting type: ", NameOf(present),
        " as of the elements before it")));
    return false;
  }

  bool AddInteger(const char* token, int64_t number, Feature* feature) {
    if (!CheckKind(token, Feature::kInt64List, *feature)) return false;
    feature->mutable_int64_list()->add_value(number);
    return true;
  }

  bool AddFloat(const char* token, float number, Feature* feature) {
    if (!CheckKind(token, Feature::kFloatList, *feature)) return false;
    feature->mutable_float_list()->add_value(number);
    return true;
  }

  bool AddBytes(const char* token, std::string_view bytes, Feature* feature) {
    if (!CheckKind(token, Feature::kBytesList, *feature)) return false;
    feature->mutable_bytes_list()->add_value(bytes);
    return true;
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

  JsonText text_;
  Input& input_;
  std::string& signature_name_;
};

}  // namespace

absl::Status JsonToExamples(const PaddedBuffer& body, int64_t max_nesting,
                            Input* input, std::string* signature_name) {
  return Decoder(body, max_nesting, input, signature_name).Decode();
}

}  // namespace tfs3::rest
