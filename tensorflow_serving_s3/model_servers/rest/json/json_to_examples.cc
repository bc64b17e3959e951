// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_examples.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/repeated_field.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/example/feature.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_base64.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

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

// Charges the memory of Examples: the size of their arena, and an estimate of
// the memory outside of the arena.
class ExampleMeter {
 public:
  // `arena` has the Examples; may be null.
  ExampleMeter(RequestMemory::Charge* charge,
               const google::protobuf::Arena* arena)
      : arena_(arena), charge_(charge) {}

  // Keeps the charge until the end of the request.
  void Keep() { charge_.Keep(); }

  void AddExample() { Add(kExampleBytes, 0); }
  void AddFeature(std::string_view name) {
    Add(kFeatureBytes, HeapBytesOf(name));
  }
  void AddBytes(std::string_view bytes) {
    Add(kStringBytes, HeapBytesOf(bytes));
  }

  // Charges for one more element in `list`, which doubles its capacity when it
  // is full.
  template <typename T>
  void AddNumber(const google::protobuf::RepeatedField<T>& list) {
    if (list.size() < list.Capacity()) {
      return;
    }
    const int64_t growth = 2 * list.size() * static_cast<int64_t>(sizeof(T));
    if (growth < kLeastCharge) {
      Add(growth, 0);
      return;
    }
    Settle(growth);
    if (arena_ == nullptr) {
      heap_bytes_ += growth;
    }
  }

  // Returns the charge: the Examples were deleted.
  void Clear() {
    heap_bytes_ = 0;
    uncharged_ = 0;
    charge_.ShrinkTo(0);
  }

 private:
  // Charges smaller amounts together.
  static constexpr int64_t kLeastCharge = 64 << 10;
  // The smallest sizes of objects, on an arena or not.
  static constexpr int64_t kExampleBytes = 64;
  static constexpr int64_t kFeatureBytes = 128;
  static constexpr int64_t kStringBytes = 40;

  // Returns the bytes that a std::string allocates for `text`.
  static int64_t HeapBytesOf(std::string_view text) {
    constexpr size_t kMaxInlineSize = 15;
    constexpr size_t kOverhead = 24;  // of the allocator
    return text.size() <= kMaxInlineSize
               ? 0
               : static_cast<int64_t>(text.size() + kOverhead);
  }

  // Adds memory. `object_bytes` are on the arena, if there is one.
  void Add(int64_t object_bytes, int64_t heap_bytes) {
    heap_bytes_ += heap_bytes + (arena_ == nullptr ? object_bytes : 0);
    uncharged_ += object_bytes + heap_bytes;
    if (uncharged_ >= kLeastCharge) {
      Settle(0);
    }
  }

  // Charges all memory that was added, and `more`.
  void Settle(int64_t more) {
    uncharged_ = 0;
    const int64_t arena_bytes =
        arena_ == nullptr ? 0 : static_cast<int64_t>(arena_->SpaceAllocated());
    charge_.GrowTo(arena_bytes + heap_bytes_ + more);
  }

  const google::protobuf::Arena* const arena_;
  RequestMemory::Part charge_;
  int64_t heap_bytes_ = 0;
  int64_t uncharged_ = 0;
};

class Decoder {
 public:
  Decoder(const net::PaddedBuffer& body, int64_t max_nesting,
          CheckSignature check_signature, Input* input,
          std::string* signature_name)
      : text_(body, max_nesting),
        check_signature_(check_signature),
        input_(*input),
        signature_name_(*signature_name),
        meter_(body.charge(), input->GetArena()),
        names_(body.charge()) {}

  absl::Status Decode() {
    signature_name_.clear();
    // A context may follow the examples.
    ExampleListWithContext* list = input_.mutable_example_list_with_context();
    bool has_context = false;
    const char* examples = nullptr;
    bool deferred = false;
    const bool read =
        text_.ReadRoot([&](std::string_view key, const char* p) -> const char* {
          // Uses the first value of a repeated key.
          if (key == "signature_name" && !std::exchange(has_name_, true)) {
            return ReadName(p);
          }
          if (key == "context" && !std::exchange(has_context, true)) {
            return InPlace("'context'",
                           ReadExample(p, &meter_, list->mutable_context()));
          }
          if (key == "examples" && examples == nullptr) {
            examples = p;
            deferred = MayNameFollow(p);
            if (!deferred) {
              return ReadExamples(p, list);
            }
          }
          return text_.SkipValue(p);
        });
    if (!read) {
      return text_.TakeStatus();
    }
    if (examples == nullptr) {
      return absl::InvalidArgumentError(
          "Missing 'examples' key: the request must have a list of examples");
    }
    // MayNameFollow does not find a key with escapes.
    const bool is_other = !deferred && checked_name_ != signature_name_;
    if (is_other && signature_status_.ok()) {
      signature_status_ = check_signature_(signature_name_);
    } else if ((is_other || deferred) &&
               ReadExamples(examples, list) == nullptr) {
      return text_.TakeStatus();
    }
    if (!signature_status_.ok()) {
      return signature_status_;
    }
    if (!has_context) {
      DropContext();
    }
    meter_.Keep();
    return absl::OkStatus();
  }

 private:
  // If `end` is null, adds `place` to the error. A parse error has an offset
  // instead.
  const char* InPlace(std::string_view place, const char* end) {
    if (end != nullptr || text_.is_parse_error()) {
      return end;
    }
    return text_.Fail(absl::InvalidArgumentError(absl::StrCat(
        "Failed to process ", place, ": ", text_.TakeStatus().message())));
  }

  // Returns whether the name of the signature may follow `p`. This is rare in
  // real requests.
  bool MayNameFollow(const char* p) const {
    if (has_name_) {
      return false;
    }
    const std::string_view rest(p, text_.end() - p);
    return rest.find("signature_name") != rest.npos;
  }

  const char* ReadName(const char* p) {
    if (*p != '"') {
      return text_.FailAt(p, "'signature_name' must be a string");
    }
    const JsonText::String name = text_.ReadString(p);
    names_.GrowTo(static_cast<int64_t>(2 * name.text.size()));
    signature_name_.assign(name.text);
    return name.end;
  }

  const char* ReadExamples(const char* p, ExampleListWithContext* list) {
    if (*p != '[') {
      return text_.FailAt(
          p, "'examples' must be a list of objects, one an example");
    }
    checked_name_ = signature_name_;
    signature_status_ = check_signature_(signature_name_);
    const bool keeps = signature_status_.ok();
    // Holds one example at a time, if none is kept.
    Example scratch;
    ExampleMeter scratch_meter(text_.charge(), nullptr);
    int64_t index = 0;
    p = text_.ReadList(p, [&](const char* element) {
      if (!keeps) {
        scratch.Clear();
        scratch_meter.Clear();
      }
      const char* const end =
          keeps ? ReadExample(element, &meter_, list->add_examples())
                : ReadExample(element, &scratch_meter, &scratch);
      if (end == nullptr) {
        return InPlace(absl::StrCat("element: ", index, " of 'examples' list"),
                       end);
      }
      ++index;
      return end;
    });
    if (p != nullptr && index == 0) {
      return text_.Fail(absl::InvalidArgumentError(
          "'examples' is an empty list; it must have at least one element"));
    }
    return p;
  }

  const char* ReadExample(const char* token, ExampleMeter* meter,
                          Example* example) {
    metered_ = meter;
    meter->AddExample();
    if (*token != '{') {
      return text_.FailAt(
          token,
          absl::StrCat("an example must be an object of features, but got ",
                       text_.ExcerptOf(token)));
    }
    auto& features = *example->mutable_features()->mutable_feature();
    return text_.ReadObject(
        token, [&](std::string_view name, const char* p) -> const char* {
          const auto [feature, is_new] = features.try_emplace(name);
          // Uses the last value of a repeated feature.
          if (!is_new) {
            feature->second.Clear();
          }
          metered_->AddFeature(name);
          const char* const end = ReadFeature(p, &feature->second);
          if (end != nullptr || text_.is_parse_error()) {
            return end;
          }
          return text_.Fail(absl::InvalidArgumentError(
              absl::StrCat("Feature: ", JsonText::ExcerptOfName(feature->first),
                           " ", text_.TakeStatus().message())));
        });
  }

  const char* ReadFeature(const char* p, Feature* feature) {
    if (*p != '[') {
      return AddValue(p, feature);
    }
    return text_.ReadList(
        p, [&](const char* element) { return AddValue(element, feature); });
  }

  const char* AddValue(const char* token, Feature* feature) {
    if (*token == '"') {
      const JsonText::String string = text_.ReadString(token);
      if (string.end == nullptr) {
        return nullptr;
      }
      return AddBytes(token, string.text, feature) ? string.end : nullptr;
    }
    if (*token == '{' && OpensBase64Object(&text_, token)) {
      return AddBase64(token, feature);
    }
    for (const std::string_view word : {"true", "false"}) {
      if (!IsJsonWord(token, word)) {
        continue;
      }
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
        break;  // too large for any integer type: a float
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
    return text_.FailAt(
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

  // Sets an error and returns false if the feature has values of another kind.
  bool CheckKind(const char* token, Feature::KindCase kind,
                 const Feature& feature) {
    const Feature::KindCase present = feature.kind_case();
    if (present == Feature::KIND_NOT_SET || present == kind) {
      return true;
    }
    text_.Fail(absl::InvalidArgumentError(absl::StrCat(
        "has element ", text_.ExcerptOf(token), " of type: ", NameOf(kind),
        ", expecting type: ", NameOf(present),
        " as of the elements before it")));
    return false;
  }

  bool AddInteger(const char* token, int64_t number, Feature* feature) {
    if (!CheckKind(token, Feature::kInt64List, *feature)) {
      return false;
    }
    auto* const values = feature->mutable_int64_list()->mutable_value();
    metered_->AddNumber(*values);
    values->Add(number);
    return true;
  }

  bool AddFloat(const char* token, float number, Feature* feature) {
    if (!CheckKind(token, Feature::kFloatList, *feature)) {
      return false;
    }
    auto* const values = feature->mutable_float_list()->mutable_value();
    metered_->AddNumber(*values);
    values->Add(number);
    return true;
  }

  bool AddBytes(const char* token, std::string_view bytes, Feature* feature) {
    if (!CheckKind(token, Feature::kBytesList, *feature)) {
      return false;
    }
    metered_->AddBytes(bytes);
    feature->mutable_bytes_list()->add_value()->assign(bytes);
    return true;
  }

  // Replaces example_list_with_context with example_list.
  void DropContext() {
    ExampleListWithContext* const list =
        input_.unsafe_arena_release_example_list_with_context();
    // The arena owns the list if there is one.
    const std::unique_ptr<ExampleListWithContext> owned(
        input_.GetArena() == nullptr ? list : nullptr);
    input_.mutable_example_list()->mutable_examples()->Swap(
        list->mutable_examples());
  }

  JsonText text_;
  CheckSignature check_signature_;
  Input& input_;
  std::string& signature_name_;
  bool has_name_ = false;
  // The last name that was checked, and the result.
  std::string checked_name_;
  absl::Status signature_status_;

  ExampleMeter meter_;
  // The meter of the current example.
  ExampleMeter* metered_ = nullptr;
  RequestMemory::Part names_;  // of signature_name_
};

}  // namespace

absl::Status JsonToExamples(const net::PaddedBuffer& body, int64_t max_nesting,
                            CheckSignature check_signature, Input* input,
                            std::string* signature_name) {
  return Decoder(body, max_nesting, check_signature, input, signature_name)
      .Decode();
}

}  // namespace tfs3::rest
