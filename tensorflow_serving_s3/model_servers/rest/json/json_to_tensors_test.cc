// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {
namespace {

using namespace std::string_literals;

using ::tensorflow::DataType;
using ::tensorflow::PartialTensorShape;
using ::tensorflow::Tensor;
using ::tensorflow::tstring;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Specs = std::vector<TensorSpec>;

TensorSpec Spec(std::string alias, DataType dtype,
                PartialTensorShape shape = PartialTensorShape()) {
  return TensorSpec{std::move(alias), dtype, std::move(shape)};
}

Specs X(DataType dtype) { return {Spec("x", dtype)}; }

const Specs& TwoInputs() {
  static const auto* const specs = new Specs{Spec("a", tensorflow::DT_FLOAT),
                                             Spec("b", tensorflow::DT_STRING)};
  return *specs;
}

// Decodes by one signature, whatever name the request gives.
absl::StatusOr<PredictInput> Decode(const Specs& specs,
                                    absl::string_view json) {
  const PaddedBuffer body(json);
  return JsonToTensors(body,
                       [&](absl::string_view) -> absl::StatusOr<const Specs*> {
                         return &specs;
                       });
}

// The only tensor of a request that must be good.
Tensor DecodeOne(const Specs& specs, absl::string_view json) {
  absl::StatusOr<PredictInput> input = Decode(specs, json);
  if (!input.ok() || input->tensors.size() != 1) {
    ADD_FAILURE() << json << ": " << input.status();
    return Tensor();
  }
  return input->tensors[0];
}

std::string ErrorOf(
    const Specs& specs, absl::string_view json,
    absl::StatusCode code = absl::StatusCode::kInvalidArgument) {
  const absl::Status status = Decode(specs, json).status();
  EXPECT_EQ(status.code(), code) << json.substr(0, 200) << ": " << status;
  return std::string(status.message());
}

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  const auto flat = tensor.flat<T>();
  return std::vector<T>(flat.data(), flat.data() + flat.size());
}

std::vector<int64_t> Shape(const Tensor& tensor) {
  std::vector<int64_t> dims;
  for (int i = 0; i < tensor.dims(); ++i) dims.push_back(tensor.dim_size(i));
  return dims;
}

// --- The request's object ---

TEST(JsonToTensorsTest, RowFormatWithBareValues) {
  absl::StatusOr<PredictInput> input =
      Decode(X(tensorflow::DT_FLOAT), R"({"instances": [1.0, 2.0, 5.0]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->format, JsonFormat::kRow);
  EXPECT_EQ(input->signature_name, "");
  EXPECT_THAT(Shape(input->tensors[0]), ElementsAre(3));
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1, 2, 5));
}

TEST(JsonToTensorsTest, ColumnarFormatWithTheBareValue) {
  absl::StatusOr<PredictInput> input = Decode(
      X(tensorflow::DT_FLOAT), R"({"inputs": [[1, 2], [3, 4], [5, 6]]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->format, JsonFormat::kColumnar);
  EXPECT_THAT(Shape(input->tensors[0]), ElementsAre(3, 2));
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(JsonToTensorsTest, NeitherInstancesNorInputsIsAnError) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), "{}"),
              HasSubstr("Missing 'inputs' or 'instances' key"));
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"signature_name": "s", "x": [1]})"),
      HasSubstr("Missing 'inputs' or 'instances' key"));
}

TEST(JsonToTensorsTest, BothInstancesAndInputsIsAnError) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1], "inputs": [1]})"),
      HasSubstr("not both"));
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [1], "instances": [1]})"),
      HasSubstr("not both"));
}

TEST(JsonToTensorsTest, OfAKeyThatComesTwiceTheFirstValueCounts) {
  EXPECT_THAT(
      Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                              R"({"instances": [1], "instances": "other"})")),
      ElementsAre(1));
  const absl::StatusOr<PredictInput> input = Decode(
      X(tensorflow::DT_FLOAT),
      R"({"signature_name": "s", "inputs": 1, "signature_name": 2, "inputs": 3})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "s");
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1));
}

TEST(JsonToTensorsTest, IgnoredValuesAreCheckedAsText) {
  for (const char* value : {R"("\x")", "01", "1e400", "tru", "[1,]", "nan"}) {
    for (const char* json :
         {R"({"instances": [1], "k": $})", R"({"k": $, "instances": [1]})",
          R"({"instances": [1], "instances": $})",
          R"({"inputs": {"x": 1, "k": $}})", R"({"inputs": {"x": 1, "x": $}})",
          R"({"instances": [{"x": 1, "x": [$]}]})"}) {
      EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT),
                          absl::StrReplaceAll(json, {{"$", value}})),
                  HasSubstr("JSON Parse error"));
    }
  }
}

TEST(JsonToTensorsTest, UnknownTopLevelKeysAreIgnored) {
  const Tensor tensor = DecodeOne(
      X(tensorflow::DT_INT32),
      R"({"meta": {"instances": [[{}]], "k": null}, "instances": [7], "more": [1, "]"]})");
  EXPECT_THAT(Values<int32_t>(tensor), ElementsAre(7));
}

TEST(JsonToTensorsTest, SignatureNameMustBeAString) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT),
                      R"({"signature_name": 1, "instances": [1]})"),
              HasSubstr("'signature_name' must be a string"));
}

// --- The signature's name, wherever it stands ---

class SignatureTest : public testing::Test {
 protected:
  absl::StatusOr<PredictInput> DecodeNamed(absl::string_view json) {
    const PaddedBuffer body(json);
    return JsonToTensors(
        body, [this](absl::string_view name) -> absl::StatusOr<const Specs*> {
          asked_.emplace_back(name);
          if (name.empty() || name == "serving_default") return &default_;
          if (name == "words") return &words_;
          return absl::InvalidArgumentError(
              absl::StrCat("Serving signature key \"", name, "\" not found."));
        });
  }

  const Specs default_{Spec("x", tensorflow::DT_FLOAT)};
  const Specs words_{Spec("text", tensorflow::DT_STRING)};
  std::vector<std::string> asked_;
};

TEST_F(SignatureTest, NameBeforeTheDataIsTheOnlyOneAskedFor) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"signature_name": "words", "instances": ["a"]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "words");
  EXPECT_EQ(input->tensors[0].dtype(), tensorflow::DT_STRING);
  EXPECT_THAT(asked_, Each("words"));
}

TEST_F(SignatureTest, WithoutANameTheDefaultIsAskedFor) {
  ASSERT_TRUE(DecodeNamed(R"({"instances": [1]})").ok());
  EXPECT_THAT(asked_, ElementsAre(""));
}

TEST_F(SignatureTest, NameAfterDataThatDoNotFitTheDefaultSignature) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"instances": ["a", "b"], "signature_name": "words"})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "words");
  EXPECT_THAT(Values<tstring>(input->tensors[0]), ElementsAre("a", "b"));
}

TEST_F(SignatureTest, NameAfterDataThatFitTheDefaultSignatureToo) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"inputs": [], "signature_name": "words"})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->tensors[0].dtype(), tensorflow::DT_STRING);
}

TEST_F(SignatureTest, TheDefaultSignatureMayBeNamedAfterTheData) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"instances": [1], "signature_name": "serving_default"})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "serving_default");
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1));
}

TEST_F(SignatureTest, UnknownNameIsTheErrorOfWhoeverKnowsTheSignatures) {
  for (const char* json :
       {R"({"signature_name": "none", "instances": [1]})",
        R"({"instances": [1], "signature_name": "none"})",
        R"({"instances": ["a"], "signature_name": "none"})"}) {
    EXPECT_THAT(DecodeNamed(json).status().message(),
                HasSubstr("\"none\" not found"))
        << json;
  }
}

TEST_F(SignatureTest, WrongDataWithTheDefaultSignatureNamedLateIsItsError) {
  EXPECT_THAT(
      DecodeNamed(
          R"({"instances": ["a"], "signature_name": "serving_default"})")
          .status()
          .message(),
      HasSubstr("not of expected type: float"));
}

// --- Row format ---

TEST(JsonToTensorsTest, RowsOfObjectsInAnyOrderOfKeys) {
  absl::StatusOr<PredictInput> input = Decode(
      TwoInputs(),
      R"({"instances": [{"a": 1, "b": "x"}, {"b": "y", "a": 2}, {"a": 3, "b": {"b64": "eg=="}}]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1, 2, 3));
  EXPECT_THAT(Values<tstring>(input->tensors[1]), ElementsAre("x", "y", "z"));
}

TEST(JsonToTensorsTest, RowsOfObjectsHoldLists) {
  const Specs specs{Spec("a", tensorflow::DT_INT64),
                    Spec("b", tensorflow::DT_FLOAT)};
  absl::StatusOr<PredictInput> input = Decode(
      specs,
      R"({"instances": [{"a": [1, 2], "b": [[0.5]]}, {"a": [3, 4], "b": [[1.5]]}]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_THAT(Shape(input->tensors[0]), ElementsAre(2, 2));
  EXPECT_THAT(Shape(input->tensors[1]), ElementsAre(2, 1, 1));
  EXPECT_THAT(Values<int64_t>(input->tensors[0]), ElementsAre(1, 2, 3, 4));
}

TEST(JsonToTensorsTest, OneInputMayBeNamedInEveryRow) {
  EXPECT_THAT(
      Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                              R"({"instances": [{"x": 1}, {"x": 2}]})")),
      ElementsAre(1, 2));
}

TEST(JsonToTensorsTest, ASignatureWithoutInputsTakesEmptyObjects) {
  absl::StatusOr<PredictInput> input = Decode({}, R"({"instances": [{}, {}]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_TRUE(input->tensors.empty());
  ASSERT_TRUE(Decode({}, R"({"inputs": {}})").ok());
  EXPECT_THAT(ErrorOf({}, R"({"inputs": {"x": 1}})"),
              HasSubstr("Unexpected input name: 'x'"));
}

TEST(JsonToTensorsTest, EmptyInstancesAreAnError) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": []})"),
              HasSubstr("'instances' is an empty list"));
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"instances": [ ]})"),
              HasSubstr("'instances' is an empty list"));
}

TEST(JsonToTensorsTest, InstancesMustBeAList) {
  for (const char* json :
       {R"({"instances": 1})", R"({"instances": {"x": [1]}})",
        R"({"instances": "a"})"}) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), json),
                HasSubstr("'instances' must be a list"));
  }
}

TEST(JsonToTensorsTest, SeveralInputsNeedObjects) {
  EXPECT_THAT(
      ErrorOf(TwoInputs(), R"({"instances": [1, 2]})"),
      AllOf(StartsWith("Failed to process element: 0 of 'instances' list"),
            HasSubstr("'a', 'b'")));
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"instances": [{"a": 1, "b": "x"}, 2]})"),
              StartsWith("Failed to process element: 1 of 'instances' list"));
}

TEST(JsonToTensorsTest, RowsLackingInputsListThem) {
  EXPECT_THAT(
      ErrorOf(TwoInputs(), R"({"instances": [{"a": 1, "b": "x"}, {}]})"),
      AllOf(StartsWith("Failed to process element: 1 of"),
            HasSubstr("Missing named input: 'a', 'b'")));
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"instances": [{"a": 1}]})"),
              HasSubstr("Missing named input: 'b'"));
}

TEST(JsonToTensorsTest, RowsWithUnknownInputsAreErrors) {
  EXPECT_THAT(
      ErrorOf(TwoInputs(), R"({"instances": [{"a": 1, "b": "x", "c": 3}]})"),
      AllOf(HasSubstr("Unexpected input name: 'c'"), HasSubstr("'a', 'b'")));
}

TEST(JsonToTensorsTest, OfAnInputGivenTwiceInARowTheFirstValueCounts) {
  EXPECT_THAT(Values<float>(DecodeOne(
                  X(tensorflow::DT_FLOAT),
                  R"({"instances": [{"x": 1, "x": 2}, {"x": 3, "x": 4}]})")),
              ElementsAre(1, 3));
}

TEST(JsonToTensorsTest, InARowAnotherValueOfAnInputMustHaveTypeAndShape) {
  for (const char* json :
       {R"({"instances": [{"x": [1], "x": ["a"]}]})",
        R"({"instances": [{"x": [1], "x": [null]}]})",
        R"({"instances": [{"x": [1], "x": 2}]})",
        R"({"instances": [{"x": [1], "x": [2, 3]}]})",
        R"({"instances": [{"x": [1]}, {"x": [1], "x": [2], "x": []}]})"}) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), json),
                HasSubstr("Failed to process element: "))
        << json;
  }
}

TEST(JsonToTensorsTest, BareAndNamedRowsDoNotMix) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1, {"x": 2}]})"),
      AllOf(HasSubstr("an object is not of expected type: float"),
            HasSubstr("element [1]")));
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [{"x": 2}, 1]})"),
      StartsWith("Failed to process element: 1 of"));
}

// --- Columnar format ---

TEST(JsonToTensorsTest, ColumnarInputsByName) {
  absl::StatusOr<PredictInput> input = Decode(
      TwoInputs(), R"({"inputs": {"b": ["x", "y"], "a": [[1], [2], [3]]}})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_THAT(Shape(input->tensors[0]), ElementsAre(3, 1));
  EXPECT_THAT(Shape(input->tensors[1]), ElementsAre(2));
}

TEST(JsonToTensorsTest, OneColumnarInputMayBeNamed) {
  EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                                      R"({"inputs": {"x": [1, 2]}})")),
              ElementsAre(1, 2));
}

TEST(JsonToTensorsTest, ColumnarScalars) {
  const Tensor bare = DecodeOne(X(tensorflow::DT_FLOAT), R"({"inputs": 2.5})");
  EXPECT_EQ(bare.dims(), 0);
  EXPECT_EQ(bare.scalar<float>()(), 2.5f);
  EXPECT_EQ(DecodeOne(X(tensorflow::DT_STRING), R"({"inputs": {"x": "word"}})")
                .scalar<tstring>()(),
            "word");
}

TEST(JsonToTensorsTest, ColumnarMissingInputsAreListed) {
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"inputs": {}})"),
              HasSubstr("Missing named input: 'a', 'b'"));
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"inputs": {"b": ["x"]}})"),
              HasSubstr("Missing named input: 'a'"));
}

TEST(JsonToTensorsTest, ColumnarUnknownInputsAreIgnored) {
  for (const char* json :
       {R"({"inputs": {"x": [1], "y": [2]}})",
        R"({"inputs": {"y": [[1], "a", null, {}], "x": [1]}})",
        R"({"inputs": {"signature_name": "s", "x": [1], "": 0}})"}) {
    EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT), json)),
                ElementsAre(1));
  }
}

TEST(JsonToTensorsTest, OfAColumnarInputGivenTwiceTheFirstValueCounts) {
  EXPECT_THAT(
      Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                              R"({"inputs": {"x": [1], "x": [2, "a"]}})")),
      ElementsAre(1));
}

TEST(JsonToTensorsTest, SeveralColumnarInputsNeedAnObject) {
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"inputs": [1]})"),
              AllOf(HasSubstr("must be an object"), HasSubstr("'a', 'b'")));
}

// --- Shapes ---

TEST(JsonToTensorsTest, ShapesComeFromTheFirstElement) {
  struct Case {
    const char* json;
    std::vector<int64_t> shape;
  };
  const Case cases[] = {
      {R"({"inputs": 1})", {}},
      {R"({"inputs": [1]})", {1}},
      {R"({"inputs": [[1, 2, 3]]})", {1, 3}},
      {R"({"inputs": [[[1], [2]], [[3], [4]], [[5], [6]]]})", {3, 2, 1}},
      {R"({"inputs": []})", {0}},
      {R"({"inputs": [[]]})", {1, 0}},
      {R"({"inputs": [[], []]})", {2, 0}},
      {R"({"inputs": [[[]], [[]]]})", {2, 1, 0}},
      {R"({"instances": [[1, 2], [3, 4], [5, 6]]})", {3, 2}},
      {R"({"instances": [[]]})", {1, 0}},
      {R"({"instances": [{"x": []}, {"x": []}]})", {2, 0}},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Shape(DecodeOne(X(tensorflow::DT_INT32), c.json)),
                ElementsAreArray(c.shape))
        << c.json;
  }
}

TEST(JsonToTensorsTest, AnEmptyListTakesItsMissingDimensionsFromTheSpec) {
  const Specs specs{
      Spec("x", tensorflow::DT_FLOAT, PartialTensorShape({-1, 28, -1, 3}))};
  EXPECT_THAT(Shape(DecodeOne(specs, R"({"inputs": []})")),
              ElementsAre(0, 28, 0, 3));
  EXPECT_THAT(Shape(DecodeOne(specs, R"({"inputs": [[], []]})")),
              ElementsAre(2, 0, 0, 3));
}

TEST(JsonToTensorsTest, AShapeOtherThanTheSpecsIsTheModelsToJudge) {
  const Specs specs{
      Spec("x", tensorflow::DT_FLOAT, PartialTensorShape({-1, 1}))};
  EXPECT_THAT(Shape(DecodeOne(specs, R"({"instances": [1.0, 2.0, 5.0]})")),
              ElementsAre(3));
}

TEST(JsonToTensorsTest, RaggedListsNameSizeLevelAndElement) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [[1, 2, 3], [4, 5]]})"),
      AllOf(StartsWith("Encountered list at unexpected size: 2 at level: 1 "
                       "expected size: 3"),
            HasSubstr("input 'x', element [1]")));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT),
                      R"({"inputs": [[[1], [2]], [[3], [4, 5]]]})"),
              AllOf(StartsWith("Encountered list at unexpected size: 2 at "
                               "level: 2 expected size: 1"),
                    HasSubstr("element [1][1]")));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [[], [1]]})"),
              HasSubstr("size: 1 at level: 1 expected size: 0"));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [[1], []]})"),
              HasSubstr("size: 0 at level: 1 expected size: 1"));
  EXPECT_THAT(
      ErrorOf(
          TwoInputs(),
          R"({"instances": [{"a": [1], "b": "x"}, {"a": [1, 2], "b": "x"}]})"),
      AllOf(HasSubstr("size: 2 at level: 1 expected size: 1"),
            HasSubstr("input 'a', element [1]")));
}

TEST(JsonToTensorsTest, AListInThePlaceOfAValueIsAnError) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [1, [2]]})"),
              AllOf(StartsWith("Encountered a list at level: 1"),
                    HasSubstr("element [1]")));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [[], [[]]]})"),
              HasSubstr("Encountered a list at level: 2"));
}

TEST(JsonToTensorsTest, AValueInThePlaceOfAListIsAnError) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [[1, 2], 3]})"),
              AllOf(HasSubstr("JSON Value: 3 stands at level: 1"),
                    HasSubstr("list of size: 2"), HasSubstr("element [1]")));
}

TEST(JsonToTensorsTest, ArraysOfManySizesSurviveGrowth) {
  for (int n : {1, 7, 8, 9, 100, 5000}) {
    std::string json = R"({"inputs": [)";
    for (int i = 0; i < n; ++i) absl::StrAppend(&json, i > 0 ? "," : "", i);
    json += "]}";
    const Tensor tensor = DecodeOne(X(tensorflow::DT_INT32), json);
    ASSERT_EQ(tensor.NumElements(), n);
    EXPECT_TRUE(tensor.IsAligned());
    for (int i = 0; i < n; ++i) ASSERT_EQ(tensor.flat<int32_t>()(i), i);
  }
}

// --- Numbers ---

TEST(JsonToTensorsTest, WholeNumbersAreFineForFloats) {
  EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                                      R"({"inputs": [1, -2, 3e2]})")),
              ElementsAre(1, -2, 300));
  EXPECT_THAT(
      Values<double>(DecodeOne(X(tensorflow::DT_DOUBLE), R"({"inputs": [1]})")),
      ElementsAre(1));
}

TEST(JsonToTensorsTest, AFractionForAnIntegerIsAnError) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_INT32), R"({"instances": [1, 1.0]})"),
      AllOf(StartsWith("JSON Value: 1.0 is not of expected type: int32"),
            HasSubstr("input 'x', element [1]")));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_INT64), R"({"instances": [1e2]})"),
              HasSubstr("not of expected type: int64"));
}

TEST(JsonToTensorsTest, DoublesAreExact) {
  EXPECT_THAT(
      Values<double>(DecodeOne(
          X(tensorflow::DT_DOUBLE),
          R"({"inputs": [0.1, 0.30000000000000004, 1.7976931348623157e308, 5e-324]})")),
      ElementsAre(0.1, 0.30000000000000004, 1.7976931348623157e308, 5e-324));
}

TEST(JsonToTensorsTest, NanAndInfinityStandBare) {
  for (const DataType dtype : {tensorflow::DT_FLOAT, tensorflow::DT_DOUBLE,
                               tensorflow::DT_HALF, tensorflow::DT_BFLOAT16}) {
    const Tensor tensor =
        DecodeOne(X(dtype), R"({"instances": [NaN, Infinity,-Infinity , 1]})");
    const auto value = [&](int i) -> double {
      switch (dtype) {
        case tensorflow::DT_FLOAT:
          return tensor.flat<float>()(i);
        case tensorflow::DT_DOUBLE:
          return tensor.flat<double>()(i);
        case tensorflow::DT_HALF:
          return static_cast<float>(tensor.flat<Eigen::half>()(i));
        default:
          return static_cast<float>(tensor.flat<tensorflow::bfloat16>()(i));
      }
    };
    EXPECT_TRUE(std::isnan(value(0)));
    EXPECT_EQ(value(1), std::numeric_limits<double>::infinity());
    EXPECT_EQ(value(2), -std::numeric_limits<double>::infinity());
    EXPECT_EQ(value(3), 1);
  }
}

TEST(JsonToTensorsTest, EveryIntegerTypeIsRangeChecked) {
  struct Case {
    DataType dtype;
    const char* good;
    const char* bad;
  };
  const Case cases[] = {
      {tensorflow::DT_INT8, "-128, 127", "128"},
      {tensorflow::DT_INT16, "-32768, 32767", "-32769"},
      {tensorflow::DT_INT32, "-2147483648, 2147483647", "2147483648"},
      {tensorflow::DT_INT64, "-9223372036854775808, 9223372036854775807",
       "9223372036854775808"},
      {tensorflow::DT_UINT8, "0, 255", "256"},
      {tensorflow::DT_UINT16, "0, 65535", "-1"},
      {tensorflow::DT_UINT32, "0, 4294967295", "4294967296"},
      {tensorflow::DT_UINT64, "0, 18446744073709551615",
       "18446744073709551616"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(
        DecodeOne(X(c.dtype), absl::StrCat(R"({"inputs": [)", c.good, "]}"))
            .NumElements(),
        2);
    EXPECT_THAT(
        ErrorOf(X(c.dtype), absl::StrCat(R"({"inputs": [0, )", c.bad, "]}")),
        AllOf(HasSubstr(absl::StrCat("JSON Value: ", c.bad,
                                     " is out of range for type: ",
                                     tensorflow::DataTypeString(c.dtype))),
              HasSubstr("element [1]")));
  }
}

TEST(JsonToTensorsTest, FloatsBeyondTheRangeAreInfinite) {
  EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                                      R"({"inputs": [1e39, -1e39]})")),
              ElementsAre(std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_DOUBLE), R"({"inputs": 1e309})"),
              HasSubstr("out of range"));
}

TEST(JsonToTensorsTest, HalfAndBfloat16AreRangeChecked) {
  for (const char* number : {"70000", "-1e39", "2e308"}) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_HALF),
                        absl::StrCat(R"({"inputs": )", number, "}")),
                HasSubstr("out of range for type: half"));
  }
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_BFLOAT16), R"({"inputs": 3.4e38})"),
              HasSubstr("out of range for type: bfloat16"));
}

TEST(JsonToTensorsTest, HalfAndBfloat16AreRead) {
  EXPECT_EQ(
      static_cast<float>(DecodeOne(X(tensorflow::DT_HALF), R"({"inputs": 0.5})")
                             .scalar<Eigen::half>()()),
      0.5f);
  EXPECT_EQ(static_cast<float>(
                DecodeOne(X(tensorflow::DT_BFLOAT16), R"({"inputs": 3})")
                    .scalar<tensorflow::bfloat16>()()),
            3);
}

TEST(JsonToTensorsTest, HalfAndBfloat16AreRoundedOnce) {
  const auto half = [](absl::string_view number) {
    return static_cast<float>(
        DecodeOne(X(tensorflow::DT_HALF),
                  absl::StrCat(R"({"inputs": )", number, "}"))
            .scalar<Eigen::half>()());
  };
  // The middle between 1 and the next half, to which a float rounds its
  // neighbours too.
  EXPECT_EQ(half("1.00048828125"), 1.0f);
  EXPECT_EQ(half("1.0004882812500003"), 1.0009765625f);
  EXPECT_EQ(half("-1.0004882812500003"), -1.0009765625f);
  EXPECT_EQ(half("1.0004882812499998"), 1.0f);
  // The middle between the next one and the one after it is rounded up.
  EXPECT_EQ(half("1.00146484375"), 1.001953125f);
  EXPECT_EQ(half("1.0014648437499998"), 1.0009765625f);
  EXPECT_EQ(half("65519.99999999999"), 65504.0f);
  EXPECT_EQ(half("1e-300"), 0.0f);
  // A double rounds its neighbours to the middle as well.
  EXPECT_EQ(half("1.0004882812500000000000000000000001"), 1.0009765625f);
  EXPECT_EQ(half("-1.0004882812500000000000000000000001"), -1.0009765625f);
  EXPECT_EQ(half("1.0014648437499999999999999999999999"), 1.0009765625f);
  EXPECT_EQ(half("1.00146484375e0"), 1.001953125f);
  EXPECT_EQ(half("65519.9999999999999999999999999999"), 65504.0f);
  EXPECT_EQ(half("2.98023223876953125e-8"), 0.0f);
  EXPECT_EQ(half("2.980232238769531250000000000001e-8"), 5.9604645e-8f);
  EXPECT_EQ(static_cast<float>(DecodeOne(X(tensorflow::DT_BFLOAT16),
                                         R"({"inputs": 1.0039062500000002})")
                                   .scalar<tensorflow::bfloat16>()()),
            1.0078125f);
}

TEST(JsonToTensorsTest, BoolsAreTrueAndFalseOnly) {
  EXPECT_THAT(Values<bool>(DecodeOne(X(tensorflow::DT_BOOL),
                                     R"({"inputs": [true, false]})")),
              ElementsAre(true, false));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_BOOL), R"({"inputs": [true, 1]})"),
              HasSubstr("JSON Value: 1 is not of expected type: bool"));
}

TEST(JsonToTensorsTest, ValuesOfAnotherTypeNameValueInputPlaceAndType) {
  struct Case {
    DataType dtype;
    const char* value;
    const char* shown;
  };
  const Case cases[] = {
      {tensorflow::DT_FLOAT, R"("abc")",
       R"(JSON Value: "abc" is not of expected type: float)"},
      {tensorflow::DT_FLOAT, "true",
       "JSON Value: true is not of expected type: float"},
      {tensorflow::DT_FLOAT, "null",
       "JSON Value: null is not of expected type: float"},
      {tensorflow::DT_FLOAT, R"({"b64": "aGk="})",
       "JSON Value: an object is not of expected type: float"},
      {tensorflow::DT_INT32, "NaN",
       "JSON Value: NaN is not of expected type: int32"},
      {tensorflow::DT_STRING, "1",
       "JSON Value: 1 is not of expected type: string"},
      {tensorflow::DT_STRING, R"({"k": "v"})",
       "JSON Value: an object is not of expected type: string"},
      {tensorflow::DT_BOOL, R"("true")",
       R"(JSON Value: "true" is not of expected type: bool)"},
      {tensorflow::DT_FLOAT,
       R"("a text that is far too long to be shown as a whole in an error message")",
       R"(JSON Value: "a text that is far too long to be shown as a wh... is not)"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(
        ErrorOf(X(c.dtype), absl::StrCat(R"({"inputs": [[)", c.value, "]]}")),
        AllOf(HasSubstr(c.shown), HasSubstr("(input 'x', element [0][0])")));
  }
}

TEST(JsonToTensorsTest, TypesThatJsonCannotCarryAreUnimplemented) {
  for (const DataType dtype : {tensorflow::DT_COMPLEX64, tensorflow::DT_VARIANT,
                               tensorflow::DT_QINT8}) {
    EXPECT_THAT(ErrorOf(X(dtype), R"({"inputs": [1]})",
                        absl::StatusCode::kUnimplemented),
                AllOf(HasSubstr(tensorflow::DataTypeString(dtype)),
                      HasSubstr("'x'"), HasSubstr("gRPC")));
  }
}

// --- Strings ---

TEST(JsonToTensorsTest, StringsAreUnescaped) {
  EXPECT_THAT(Values<tstring>(DecodeOne(
                  X(tensorflow::DT_STRING),
                  R"({"instances": ["a\"\\\n", "\u20ac\ud83d\ude00", ""]})")),
              ElementsAre("a\"\\\n", "\xe2\x82\xac\xf0\x9f\x98\x80", ""));
}

TEST(JsonToTensorsTest, Base64ObjectsAreBytes) {
  EXPECT_THAT(
      Values<tstring>(DecodeOne(
          X(tensorflow::DT_STRING),
          R"({"instances": [{"b64": "//4A"}, "plain", { "b64" : "aGk" }]})")),
      ElementsAre(tstring("\xff\xfe\0", 3), "plain", "hi"));
  EXPECT_EQ(
      DecodeOne(X(tensorflow::DT_STRING), R"({"inputs": {"b64": "aGk="}})")
          .scalar<tstring>()(),
      "hi");
  EXPECT_THAT(
      Values<tstring>(DecodeOne(X(tensorflow::DT_STRING),
                                R"({"instances": [{"x": {"b64": "aGk="}}]})")),
      ElementsAre("hi"));
}

TEST(JsonToTensorsTest, AnInputNamedB64IsStillReachable) {
  const Specs specs{Spec("b64", tensorflow::DT_STRING)};
  EXPECT_THAT(Values<tstring>(DecodeOne(
                  specs, R"({"instances": [{"b64": {"b64": "aGk="}}]})")),
              ElementsAre("hi"));
  EXPECT_THAT(
      Values<tstring>(DecodeOne(specs, R"({"inputs": {"b64": ["word"]}})")),
      ElementsAre("word"));
}

TEST(JsonToTensorsTest, BrokenBase64IsAnError) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_STRING),
              R"({"instances": ["ok", {"b64": "!!!"}]})"),
      AllOf(HasSubstr("valid base64"), HasSubstr("input 'x', element [1]")));
}

TEST(JsonToTensorsTest, TheKeyB64MayBeWrittenWithEscapes) {
  EXPECT_THAT(Values<tstring>(
                  DecodeOne(X(tensorflow::DT_STRING),
                            R"({"instances": [{"\u0062\u00364": "aGk="}]})")),
              ElementsAre("hi"));
}

TEST(JsonToTensorsTest, B64MustBeAloneInItsObject) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_STRING),
                      R"({"instances": [{"b64": "aGk=", "other": 1}]})"),
              HasSubstr("must have no other key"));
}

// --- Text that is not what JSON is ---

TEST(JsonToTensorsTest, BrokenJsonIsAParseError) {
  for (const char* json : {
           "",
           "   \n",
           "nonsense",
           "null",
           "1",
           "[1]",
           "\"instances\"",
           "{",
           "}",
           R"({"instances")",
           R"({"instances":})",
           R"({"instances": [1, 2)",
           R"({"instances": [1, 2})",
           R"({"instances": [1, 2]]})",
           R"({"instances": [1 2]})",
           R"({"instances": [1,, 2]})",
           R"({"instances": [1, 2,]})",
           R"({"instances": [,]})",
           R"({"instances": [1.2.3]})",
           R"({"instances": [01]})",
           R"({"instances": [1a]})",
           R"({"instances": [tru]})",
           R"({"instances": [abc]})",
           R"({"instances": ['a']})",
           R"({"instances": [1] "signature_name": "s"})",
           R"({"instances": [1], })",
           R"({instances: [1]})",
           R"({"instances": [1]} x)",
           R"({"instances": [1]} {})",
           R"({"instances": [1]}})",
           R"({"instances": [1]},)",
           "{\"instances\": [\"abc]}",
       }) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), json),
                StartsWith("JSON Parse error: "))
        << json;
  }
}

TEST(JsonToTensorsTest, AByteOrderMarkAndTextBehindANulAreIgnored) {
  for (const std::string& json :
       {"\xef\xbb\xbf{\"instances\": [1]}"s, "\xbb{\"instances\": [1]}"s,
        "{\"instances\": [1]}\0"s, "{\"instances\": [1]} \n\0x}"s,
        "\xef\xbb\xbf{\"instances\": [1]}\0\0"s}) {
    EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT), json)),
                ElementsAre(1));
  }
}

TEST(JsonToTensorsTest, StringsKeepBytesThatAreNotUtf8) {
  EXPECT_THAT(
      Values<tstring>(DecodeOne(X(tensorflow::DT_STRING),
                                "{\"instances\": [\"caf\xe9\", \"\xff\"]}")),
      ElementsAre("caf\xe9", "\xff"));
  EXPECT_THAT(Values<tstring>(DecodeOne(X(tensorflow::DT_STRING),
                                        R"({"instances": ["\ude00"]})")),
              ElementsAre("\xed\xb8\x80"));
  const Specs specs{Spec("caf\xe9", tensorflow::DT_FLOAT)};
  EXPECT_THAT(
      Values<float>(DecodeOne(specs, "{\"inputs\": {\"caf\xe9\": [1]}}")),
      ElementsAre(1));
}

TEST(JsonToTensorsTest, BrokenStringsAreParseErrors) {
  for (const char* json :
       {R"({"instances": ["\x"]})", R"({"instances": ["\ud800"]})",
        R"({"instances": ["\u12"]})", "{\"instances\": [\"a\nb\"]}",
        R"({"instances": [{"b64": "\q"}]})"}) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_STRING), json),
                StartsWith("JSON Parse error: "))
        << json;
  }
}

TEST(JsonToTensorsTest, ParseErrorsNameTheOffset) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1, abc]})"),
              HasSubstr("offset 18"));
}

TEST(JsonToTensorsTest, TextAfterTheValueIsAnError) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1]} trailing)"),
      HasSubstr("text follows"));
  EXPECT_TRUE(
      Decode(X(tensorflow::DT_FLOAT), "\n {\"instances\": [1]} \r\n\t ").ok());
}

TEST(JsonToTensorsTest, NestingIsBoundedByTheRankOfATensor) {
  const auto nested = [](int levels) {
    return R"({"inputs": )" + std::string(levels, '[') + "1" +
           std::string(levels, ']') + "}";
  };
  EXPECT_EQ(DecodeOne(X(tensorflow::DT_FLOAT), nested(254)).dims(), 254);
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), nested(255)),
              HasSubstr("nested deeper than the 254 dimensions"));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), nested(2'000'000)),
              HasSubstr("nest more than"));
}

TEST(JsonToTensorsTest, TheLimitOfNestingCountsAllListsAndObjects) {
  const Specs specs = X(tensorflow::DT_FLOAT);
  const auto status = [&](const char* json, int64_t max_nesting) {
    return JsonToTensors(
               PaddedBuffer(json),
               [&](absl::string_view) -> absl::StatusOr<const Specs*> {
                 return &specs;
               },
               max_nesting)
        .status();
  };
  for (const char* json :
       {R"({"inputs": [[[1]]]})", R"({"inputs": {"x": [[1]]}})",
        R"({"instances": [{"x": [1]}]})", R"({"instances": [[[1], [2]]]})",
        R"({"inputs": 1, "k": [[{}]]})"}) {
    EXPECT_TRUE(status(json, 4).ok()) << json;
    EXPECT_THAT(status(json, 3).message(), HasSubstr("nest more than 3 levels"))
        << json;
  }
}

TEST(JsonToTensorsTest, AHundredMegabytesOfBracketsAreRefused) {
  const std::string brackets(100 << 20, '[');
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), brackets),
              HasSubstr("must be a JSON object"));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": )" + brackets),
              HasSubstr("nest more than"));
}

TEST(JsonToTensorsTest, EveryPrefixOfARequestIsAnError) {
  const std::string json =
      R"({"signature_name": "s", "instances": [{"a": [1.5, NaN], "b": "\u20ac"}, {"a": [2, -3e1], "b": {"b64": "aGk="}}]})";
  ASSERT_TRUE(Decode(TwoInputs(), json).ok());
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_FALSE(Decode(TwoInputs(), json.substr(0, size)).ok())
        << json.substr(0, size);
  }
}

TEST(JsonToTensorsTest, ChargesTheTensorsAndStopsBeyondTheBudget) {
  const std::pair<tensorflow::DataType, const char*> cases[] = {
      {tensorflow::DT_DOUBLE, "0,"},
      {tensorflow::DT_INT8, "0,"},
      {tensorflow::DT_STRING, R"("",)"},
      {tensorflow::DT_STRING, R"("a text of more than 22 characters",)"},
      {tensorflow::DT_STRING, R"({"b64":""},)"},
  };
  for (const auto& [dtype, element] : cases) {
    std::string json = R"({"instances": [)";
    for (int i = 0; i < 100000; ++i) json += element;
    json.back() = ']';
    json += "}";
    TensorSpec spec;
    spec.alias = "x";
    spec.dtype = dtype;
    const std::vector<TensorSpec> specs = {spec};
    const auto inputs_of = [&](absl::string_view)
        -> absl::StatusOr<const std::vector<TensorSpec>*> { return &specs; };
    RequestMemory memory(0);
    {
      RequestMemory::Charge charge(&memory);
      PaddedBuffer body(&charge);
      body.Append(json);
      const int64_t before = memory.used();
      const auto input = JsonToTensors(body, inputs_of);
      ASSERT_TRUE(input.ok()) << input.status();
      const int64_t charged = memory.used() - before;
      EXPECT_GE(charged + (16 << 10),
                static_cast<int64_t>(input->tensors[0].TotalBytes()));

      RequestMemory small(before + charged / 2);
      {
        RequestMemory::Charge little(&small);
        PaddedBuffer same(&little);
        same.Append(json);
        EXPECT_THROW(static_cast<void>(JsonToTensors(same, inputs_of)),
                     RequestMemoryExceeded);
        EXPECT_EQ(small.used(), static_cast<int64_t>(same.capacity()));
      }
      EXPECT_EQ(small.used(), 0);
    }
    EXPECT_EQ(memory.used(), 0);
  }
}

}  // namespace
}  // namespace tfs3::rest
