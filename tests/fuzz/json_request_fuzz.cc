// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes bodies of REST requests. Uses every input as the body of a predict
// request, with the signature that it names ("float", "many", ...; see
// Signatures), and of a classify request. Compares the parser with RapidJSON,
// which TensorFlow Serving uses.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/example/feature.pb.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_examples.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/rest/json/predict_input.h"
#include "tensorflow_serving_s3/model_servers/rest/json/tensors_to_json.h"
#include "tensorflow_serving_s3/model_servers/testing/reference_json.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"
#include "tests/fuzz/expect.h"

namespace {

using tensorflow::DataType;
using tensorflow::Example;
using tensorflow::Feature;
using tensorflow::PartialTensorShape;
using tensorflow::Tensor;
using tensorflow::tstring;
using tensorflow::serving::Input;
using tfs3::TensorSpec;
using tfs3::fuzz::Expect;
using tfs3::net::PaddedBuffer;
using tfs3::rest::JsonFormat;
using tfs3::rest::JsonText;
using tfs3::rest::NamedOutput;
using tfs3::rest::PredictInput;

constexpr int64_t kMaxNesting = 40;

using SignatureMap =
    std::map<std::string, std::vector<TensorSpec>, std::less<>>;

// A signature with an input "x" for each type in JSON, and some others.
const SignatureMap& Signatures() {
  static const auto* const signatures = [] {
    auto* const map = new SignatureMap;
    for (const DataType dtype :
         {tensorflow::DT_FLOAT, tensorflow::DT_DOUBLE, tensorflow::DT_HALF,
          tensorflow::DT_BFLOAT16, tensorflow::DT_INT8, tensorflow::DT_INT16,
          tensorflow::DT_INT32, tensorflow::DT_INT64, tensorflow::DT_UINT8,
          tensorflow::DT_UINT16, tensorflow::DT_UINT32, tensorflow::DT_UINT64,
          tensorflow::DT_BOOL, tensorflow::DT_STRING}) {
      (*map)[tensorflow::DataTypeString(dtype)] = {
          {"x", dtype, PartialTensorShape()}};
    }
    (*map)[""] = {{"s", tensorflow::DT_STRING, PartialTensorShape({-1})},
                  {"x", tensorflow::DT_FLOAT, PartialTensorShape({-1, 2})}};
    (*map)["many"] = {
        {"b", tensorflow::DT_BOOL, PartialTensorShape({-1})},
        {"d", tensorflow::DT_DOUBLE, PartialTensorShape({-1, -1, 3})},
        {"i", tensorflow::DT_INT32, PartialTensorShape({})},
        {"s", tensorflow::DT_STRING, PartialTensorShape()}};
    (*map)["images"] = {
        {"x", tensorflow::DT_UINT8, PartialTensorShape({-1, 224, 224, 3})}};
    (*map)["none"] = {};
    (*map)["complex"] = {{"x", tensorflow::DT_COMPLEX64, PartialTensorShape()}};
    return map;
  }();
  return *signatures;
}

absl::StatusOr<const std::vector<TensorSpec>*> InputsOf(
    absl::string_view name) {
  const auto found = Signatures().find(std::string_view(name));
  if (found != Signatures().end()) {
    return &found->second;
  }
  return absl::NotFoundError(absl::StrCat("no signature ", name));
}

// Checks that the error response for `status` is valid UTF-8 and JSON, and has
// the message.
void ExpectToldInJson(const absl::Status& status) {
  const std::string body = tfs3::net::ErrorBody(status.message());
  Expect(tfs3::rest::IsStrictJson(body), "the body of an error is JSON", body);
  const auto message = tfs3::rest::ReferenceString(body, "error");
  Expect(message.has_value() && !message->empty(),
         "an error says what is wrong", body);
}

bool SameElements(const Tensor& a, const Tensor& b) {
  if (a.dtype() != tensorflow::DT_STRING) {
    return a.tensor_data() == b.tensor_data();
  }
  const auto x = a.flat<tstring>();
  const auto y = b.flat<tstring>();
  return std::equal(x.data(), x.data() + x.size(), y.data());
}

// Writes `input` as a request, with the functions for responses.
std::string WriteAgain(const PredictInput& input,
                       const std::vector<TensorSpec>& specs) {
  std::vector<NamedOutput> outputs;
  outputs.reserve(specs.size());
  for (size_t i = 0; i < specs.size(); ++i) {
    outputs.push_back({specs[i].alias, input.tensors[i]});
  }
  const absl::StatusOr<std::string> json =
      tfs3::rest::TensorsToJson(input.format, outputs);
  Expect(json.ok(), "what was read can be written", json.status().message());
  // {"predictions": ...} or {"outputs": ...}
  const size_t colon = json->find(':');
  return absl::StrCat(
      "{\"signature_name\": \"", input.signature_name, "\", ",
      input.format == JsonFormat::kRow ? "\"instances\"" : "\"inputs\"",
      json->substr(colon));
}

void ExpectSame(const PredictInput& a, const PredictInput& b,
                std::string_view text) {
  Expect(a.signature_name == b.signature_name && a.format == b.format &&
             a.tensors.size() == b.tensors.size(),
         "what is written reads as the same request", text);
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    Expect(a.tensors[i].shape() == b.tensors[i].shape() &&
               SameElements(a.tensors[i], b.tensors[i]),
           "what is written reads as the same tensors", text);
  }
}

// Checks that an unknown member changes nothing.
void ExpectSameWithAnotherMember(std::string_view text,
                                 const absl::StatusOr<PredictInput>& input) {
  const size_t brace = text.find('{');
  if (brace == text.npos) {
    return;
  }
  const std::string longer =
      absl::StrCat(text.substr(0, brace), "{\"\\u006f\": [0, \"\\n\"], ",
                   text.substr(brace + 1));
  const absl::StatusOr<PredictInput> other =
      tfs3::rest::JsonToTensors(PaddedBuffer(longer), InputsOf, kMaxNesting);
  Expect(input.status().code() == other.status().code(),
         "a member that means nothing makes no difference", longer);
  if (input.ok()) {
    ExpectSame(*input, *other, longer);
  }
}

void TakeAsPredict(const PaddedBuffer& body) {
  const absl::StatusOr<PredictInput> input =
      tfs3::rest::JsonToTensors(body, InputsOf, kMaxNesting);
  ExpectSameWithAnotherMember(body.view(), input);
  if (!input.ok()) {
    Expect(absl::IsInvalidArgument(input.status()) ||
               absl::IsNotFound(input.status()) ||
               absl::IsUnimplemented(input.status()),
           "a bad request is the client's fault", input.status().ToString());
    ExpectToldInJson(input.status());
    return;
  }
  const std::vector<TensorSpec>& specs = **InputsOf(input->signature_name);
  Expect(input->tensors.size() == specs.size(), "every input has a tensor");
  bool empty = specs.empty();
  for (size_t i = 0; i < specs.size(); ++i) {
    const Tensor& tensor = input->tensors[i];
    Expect(tensor.dtype() == specs[i].dtype, "a tensor has the type declared");
    Expect(tensor.IsInitialized(), "a tensor has the memory of its shape");
    empty = empty || tensor.NumElements() == 0;
    if (input->format == JsonFormat::kRow) {
      Expect(tensor.dims() >= 1 && tensor.dim_size(0) >= 1 &&
                 tensor.dim_size(0) == input->tensors[0].dim_size(0),
             "every input has as many rows as there are instances");
    }
  }
  // An empty list loses the sizes of its inner dimensions.
  if (empty) {
    return;
  }
  const std::string text = WriteAgain(*input, specs);
  const absl::StatusOr<PredictInput> again =
      tfs3::rest::JsonToTensors(PaddedBuffer(text), InputsOf, kMaxNesting);
  Expect(again.ok(), "what is written can be read", text);
  ExpectSame(*input, *again, text);
}

void ExpectFeatures(const Example& example) {
  for (const auto& [name, feature] : example.features().feature()) {
    Expect(feature.kind_case() == Feature::KIND_NOT_SET ||
               feature.bytes_list().value_size() +
                       feature.float_list().value_size() +
                       feature.int64_list().value_size() >
                   0,
           "a feature with a kind has values", name);
  }
}

void TakeAsClassify(const PaddedBuffer& body) {
  Input input;
  std::string signature_name;
  const absl::Status status = tfs3::rest::JsonToExamples(
      body, kMaxNesting,
      [](absl::string_view /*name*/) { return absl::OkStatus(); }, &input,
      &signature_name);
  if (!status.ok()) {
    Expect(absl::IsInvalidArgument(status),
           "a bad request is the client's fault", status.ToString());
    ExpectToldInJson(status);
    return;
  }
  Expect(input.kind_case() != Input::KIND_NOT_SET, "examples are set");
  ExpectFeatures(input.example_list_with_context().context());
  for (const Example& example : input.example_list().examples()) {
    ExpectFeatures(example);
  }
  for (const Example& example : input.example_list_with_context().examples()) {
    ExpectFeatures(example);
  }
}

absl::Status StatusOfText(const PaddedBuffer& body, int64_t max_nesting) {
  JsonText text(body, max_nesting);
  text.ReadRoot(
      [&](std::string_view, const char* p) { return text.SkipValue(p); });
  return text.status();
}

// Returns the deepest nesting of lists and objects in valid JSON.
int64_t DeepestNesting(std::string_view json) {
  int64_t depth = 0;
  int64_t deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size() && json[i] != '\0'; ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      }
      if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

void TakeAsText(const PaddedBuffer& body) {
  const std::string_view json = body.view();
  if (tfs3::rest::DeviatesFromJson(json)) {
    return;
  }
  constexpr int64_t kNoLimit = 1 << 30;
  const absl::Status status = StatusOfText(body, kNoLimit);
  Expect(status.ok() == tfs3::rest::ReferenceAccepts(json),
         "JSON is what TensorFlow Serving takes for JSON", status.ToString());
  if (!status.ok()) {
    return;
  }
  const int64_t deepest = DeepestNesting(json);
  Expect(StatusOfText(body, deepest).ok(),
         "the deepest level is within a limit of as many levels");
  Expect(!StatusOfText(body, deepest - 1).ok(),
         "the deepest level is beyond a limit of one less");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Has exactly the size of the text, so that sanitizers see reads beyond its
  // end.
  const PaddedBuffer body(text);
  TakeAsPredict(body);
  TakeAsClassify(body);
  TakeAsText(body);
  Expect(body.view() == text, "a body is read and not written");
  return 0;
}
