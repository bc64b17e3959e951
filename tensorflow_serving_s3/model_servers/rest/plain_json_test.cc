// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/plain_json.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow_serving_s3/model_servers/rest/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/predict_input.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensor_spec.h"

namespace tfs3::rest {
namespace {

using Specs = std::vector<TensorSpec>;

TensorSpec Spec(const std::string& alias, tensorflow::DataType dtype) {
  return {alias, dtype, tensorflow::PartialTensorShape()};
}

const Specs& OneFloat() {
  static const Specs& specs = *new Specs{Spec("x", tensorflow::DT_FLOAT)};
  return specs;
}

const Specs& FloatAndBool() {
  static const Specs& specs = *new Specs{Spec("a", tensorflow::DT_FLOAT),
                                         Spec("b", tensorflow::DT_BOOL)};
  return specs;
}

const Specs& OneString() {
  static const Specs& specs = *new Specs{Spec("s", tensorflow::DT_STRING)};
  return specs;
}

PaddedBuffer BufferOf(const std::string& text) {
  PaddedBuffer body;
  body.Append(text);
  return body;
}

std::optional<PredictInput> Plain(const std::string& text, const Specs& specs,
                                  int64_t max_nesting = 260) {
  const auto inputs_of =
      [&](absl::string_view) -> absl::StatusOr<const Specs*> { return &specs; };
  return ReadPlainJson(BufferOf(text), inputs_of, max_nesting);
}

// What the long way makes of the same: a key behind the data, which means
// nothing, is nothing for the short way.
absl::StatusOr<PredictInput> Long(std::string text, const Specs& specs) {
  const size_t end = text.rfind('}');
  text.insert(end, ", \"other\": 0");
  EXPECT_FALSE(Plain(text, specs).has_value());
  const auto inputs_of =
      [&](absl::string_view) -> absl::StatusOr<const Specs*> { return &specs; };
  return JsonToTensors(BufferOf(text), inputs_of);
}

struct Case {
  std::string text;
  const Specs& specs;
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.text; }

class PlainTest : public ::testing::TestWithParam<Case> {};

TEST_P(PlainTest, ReadsWhatTheLongWayReads) {
  const std::optional<PredictInput> plain =
      Plain(GetParam().text, GetParam().specs);
  ASSERT_TRUE(plain.has_value());
  const absl::StatusOr<PredictInput> other =
      Long(GetParam().text, GetParam().specs);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(plain->signature_name, other->signature_name);
  EXPECT_EQ(plain->format, other->format);
  ASSERT_EQ(plain->tensors.size(), other->tensors.size());
  for (size_t i = 0; i < plain->tensors.size(); ++i) {
    EXPECT_EQ(plain->tensors[i].shape(), other->tensors[i].shape());
    EXPECT_EQ(plain->tensors[i].tensor_data(), other->tensors[i].tensor_data());
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, PlainTest,
    ::testing::Values(
        Case{R"({"instances": [1.5, 2, -3e2]})", OneFloat()},
        Case{R"({"instances":[[1,2],[3,4]]})", OneFloat()},
        Case{" {\t\"instances\" :\r\n [ [ 1 , 2 ] , [ 3 , 4 ] ] } \n ",
             OneFloat()},
        Case{R"({"instances": [{"x": 1}, {"x": NaN}]})", OneFloat()},
        Case{R"({"instances": [{"x": [1]}, {"x": [-Infinity]}]})", OneFloat()},
        Case{R"({"inputs": 7})", OneFloat()},
        Case{R"({"inputs": []})", OneFloat()},
        Case{R"({"inputs": {"x": [[], []]}})", OneFloat()},
        Case{R"({"signature_name": "other", "inputs": [0.1]})", OneFloat()},
        Case{R"({"inputs": {"a": [1, 2], "b": true}})", FloatAndBool()},
        Case{R"({"inputs": {"b": [false], "a": 1}})", FloatAndBool()},
        Case{R"({"instances": [{"a": 1, "b": true}, {"b": false, "a": 2}]})",
             FloatAndBool()}));

class NotPlainTest : public ::testing::TestWithParam<Case> {};

TEST_P(NotPlainTest, IsLeftToTheLongWay) {
  EXPECT_FALSE(Plain(GetParam().text, GetParam().specs).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    All, NotPlainTest,
    ::testing::Values(
        Case{"", OneFloat()}, Case{"[]", OneFloat()}, Case{"{}", OneFloat()},
        Case{R"({"instances": []})", OneFloat()},
        Case{R"({"instances": 1})", OneFloat()},
        Case{R"({"instances": [1)", OneFloat()},
        Case{R"({"instances": [1]})"
             "x",
             OneFloat()},
        Case{R"({"instances": [1], "signature_name": "late"})", OneFloat()},
        Case{R"({"instances": [1], "inputs": [1]})", OneFloat()},
        Case{R"({"instances": [1 2]})", OneFloat()},
        Case{R"({"instances": [1,]})", OneFloat()},
        Case{R"({"instances": [1, [2]]})", OneFloat()},
        Case{R"({"instances": [[1], [2, 3]]})", OneFloat()},
        Case{R"({"instances": ["1"]})", OneFloat()},
        Case{R"({"inst\u0061nces": [1]})", OneFloat()},
        Case{R"({"instances": [{"x": 1}, 2]})", OneFloat()},
        Case{R"({"instances": [{"x": 1, "x": 2}]})", OneFloat()},
        Case{R"({"instances": [{"x": 1}, {}]})", OneFloat()},
        Case{R"({"instances": [1]})", FloatAndBool()},
        Case{R"({"inputs": {"a": 1}})", FloatAndBool()},
        Case{R"({"inputs": {"a": 1, "b": true, "c": 1}})", FloatAndBool()},
        Case{R"({"signature_name": 1, "instances": [1]})", OneFloat()},
        Case{R"({"instances": ["text"]})", OneString()},
        Case{R"({"instances": [{"b64": "AA=="}]})", OneString()}));

TEST(ReadPlainJsonTest, ListsThatAreTooDeepAreLeftToTheLongWay) {
  EXPECT_TRUE(Plain(R"({"inputs": [[1]]})", OneFloat(), 5).has_value());
  EXPECT_FALSE(Plain(R"({"inputs": [[1]]})", OneFloat(), 4).has_value());
  const std::string deep =
      absl::StrCat(R"({"inputs": )", std::string(100'000, '['));
  EXPECT_FALSE(Plain(deep, OneFloat()).has_value());
}

TEST(ReadPlainJsonTest, ASignatureThatIsNotThereIsLeftToTheLongWay) {
  const auto nothing = [](absl::string_view) -> absl::StatusOr<const Specs*> {
    return absl::NotFoundError("no such signature");
  };
  EXPECT_FALSE(
      ReadPlainJson(BufferOf(R"({"inputs": [1]})"), nothing, 260).has_value());
}

}  // namespace
}  // namespace tfs3::rest
