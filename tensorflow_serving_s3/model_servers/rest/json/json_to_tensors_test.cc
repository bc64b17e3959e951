// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"
#include "tensorflow_serving_s3/model_servers/testing/json_to_tensors_test_util.h"

namespace tfs3::rest {
namespace {

using namespace std::string_literals;

using ::tensorflow::Tensor;
using ::tensorflow::tstring;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(JsonToTensorsTest, ReadsRowsOfValues) {
  absl::StatusOr<PredictInput> input =
      Decode(X(tensorflow::DT_FLOAT), R"({"instances": [1.0, 2.0, 5.0]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->format, JsonFormat::kRow);
  EXPECT_EQ(input->signature_name, "");
  EXPECT_THAT(Shape(input->tensors[0]), ElementsAre(3));
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1, 2, 5));
}

TEST(JsonToTensorsTest, ReadsAColumnarValue) {
  absl::StatusOr<PredictInput> input = Decode(
      X(tensorflow::DT_FLOAT), R"({"inputs": [[1, 2], [3, 4], [5, 6]]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->format, JsonFormat::kColumnar);
  EXPECT_THAT(Shape(input->tensors[0]), ElementsAre(3, 2));
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(JsonToTensorsTest, RequiresInstancesOrInputs) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), "{}"),
              HasSubstr("Missing 'inputs' or 'instances' key"));
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"signature_name": "s", "x": [1]})"),
      HasSubstr("Missing 'inputs' or 'instances' key"));
}

TEST(JsonToTensorsTest, RefusesInstancesAndInputsTogether) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1], "inputs": [1]})"),
      HasSubstr("not both"));
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [1], "instances": [1]})"),
      HasSubstr("not both"));
}

TEST(JsonToTensorsTest, UsesTheFirstValueOfARepeatedKey) {
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

TEST(JsonToTensorsTest, ValidatesTheTextOfIgnoredValues) {
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

TEST(JsonToTensorsTest, IgnoresUnknownKeys) {
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

class SignatureTest : public testing::Test {
 protected:
  absl::StatusOr<PredictInput> DecodeNamed(absl::string_view json) {
    const net::PaddedBuffer body(json);
    return JsonToTensors(
        body, [this](absl::string_view name) -> absl::StatusOr<const Specs*> {
          requested_.emplace_back(name);
          if (name.empty() || name == "serving_default") {
            return &default_;
          }
          if (name == "words") {
            return &words_;
          }
          return absl::InvalidArgumentError(
              absl::StrCat("Serving signature key \"", name, "\" not found."));
        });
  }

  const Specs default_{Spec("x", tensorflow::DT_FLOAT)};
  const Specs words_{Spec("text", tensorflow::DT_STRING)};
  std::vector<std::string> requested_;
};

TEST_F(SignatureTest, RequestsOnlyTheSignatureNamedBeforeTheData) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"signature_name": "words", "instances": ["a"]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "words");
  EXPECT_EQ(input->tensors[0].dtype(), tensorflow::DT_STRING);
  EXPECT_THAT(requested_, Each("words"));
}

TEST_F(SignatureTest, RequestsTheDefaultSignatureWithoutAName) {
  ASSERT_TRUE(DecodeNamed(R"({"instances": [1]})").ok());
  EXPECT_THAT(requested_, ElementsAre(""));
}

TEST_F(SignatureTest, ReadsANameAfterDataThatDoNotFitTheDefaultSignature) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"instances": ["a", "b"], "signature_name": "words"})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "words");
  EXPECT_THAT(Values<tstring>(input->tensors[0]), ElementsAre("a", "b"));
}

TEST_F(SignatureTest, ReadsANameAfterDataThatFitTheDefaultSignature) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"inputs": [], "signature_name": "words"})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->tensors[0].dtype(), tensorflow::DT_STRING);
}

TEST_F(SignatureTest, ReadsTheNameOfTheDefaultSignatureAfterTheData) {
  absl::StatusOr<PredictInput> input =
      DecodeNamed(R"({"instances": [1], "signature_name": "serving_default"})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(input->signature_name, "serving_default");
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1));
}

TEST_F(SignatureTest, ReturnsTheErrorOfAnUnknownSignature) {
  for (const char* json :
       {R"({"signature_name": "none", "instances": [1]})",
        R"({"instances": [1], "signature_name": "none"})",
        R"({"instances": ["a"], "signature_name": "none"})"}) {
    EXPECT_THAT(DecodeNamed(json).status().message(),
                HasSubstr("\"none\" not found"))
        << json;
  }
}

TEST_F(SignatureTest, ReturnsTheErrorOfTheDefaultSignatureNamedAfterTheData) {
  EXPECT_THAT(
      DecodeNamed(
          R"({"instances": ["a"], "signature_name": "serving_default"})")
          .status()
          .message(),
      HasSubstr("not of expected type: float"));
}

TEST(JsonToTensorsTest, ReadsRowsOfObjectsInAnyOrderOfKeys) {
  absl::StatusOr<PredictInput> input = Decode(
      TwoInputs(),
      R"({"instances": [{"a": 1, "b": "x"}, {"b": "y", "a": 2}, {"a": 3, "b": {"b64": "eg=="}}]})");
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_THAT(Values<float>(input->tensors[0]), ElementsAre(1, 2, 3));
  EXPECT_THAT(Values<tstring>(input->tensors[1]), ElementsAre("x", "y", "z"));
}

TEST(JsonToTensorsTest, ReadsListsInRowsOfObjects) {
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

TEST(JsonToTensorsTest, ASignatureWithoutInputsAcceptsEmptyObjects) {
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

TEST(JsonToTensorsTest, ListsMissingInputsOfARow) {
  EXPECT_THAT(
      ErrorOf(TwoInputs(), R"({"instances": [{"a": 1, "b": "x"}, {}]})"),
      AllOf(StartsWith("Failed to process element: 1 of"),
            HasSubstr("Missing named input: 'a', 'b'")));
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"instances": [{"a": 1}]})"),
              HasSubstr("Missing named input: 'b'"));
}

TEST(JsonToTensorsTest, RefusesUnknownInputsInARow) {
  EXPECT_THAT(
      ErrorOf(TwoInputs(), R"({"instances": [{"a": 1, "b": "x", "c": 3}]})"),
      AllOf(HasSubstr("Unexpected input name: 'c'"), HasSubstr("'a', 'b'")));
}

TEST(JsonToTensorsTest, UsesTheFirstValueOfARepeatedInputInARow) {
  EXPECT_THAT(Values<float>(DecodeOne(
                  X(tensorflow::DT_FLOAT),
                  R"({"instances": [{"x": 1, "x": 2}, {"x": 3, "x": 4}]})")),
              ElementsAre(1, 3));
}

TEST(JsonToTensorsTest, ChecksRepeatedInputsInARow) {
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

TEST(JsonToTensorsTest, RefusesRowsOfValuesAndObjects) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1, {"x": 2}]})"),
      AllOf(HasSubstr("an object is not of expected type: float"),
            HasSubstr("element [1]")));
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [{"x": 2}, 1]})"),
      StartsWith("Failed to process element: 1 of"));
}

TEST(JsonToTensorsTest, ReadsColumnarInputsByName) {
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

TEST(JsonToTensorsTest, ReadsColumnarScalars) {
  const Tensor bare = DecodeOne(X(tensorflow::DT_FLOAT), R"({"inputs": 2.5})");
  EXPECT_EQ(bare.dims(), 0);
  EXPECT_EQ(bare.scalar<float>()(), 2.5f);
  EXPECT_EQ(DecodeOne(X(tensorflow::DT_STRING), R"({"inputs": {"x": "word"}})")
                .scalar<tstring>()(),
            "word");
}

TEST(JsonToTensorsTest, ListsMissingColumnarInputs) {
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"inputs": {}})"),
              HasSubstr("Missing named input: 'a', 'b'"));
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"inputs": {"b": ["x"]}})"),
              HasSubstr("Missing named input: 'a'"));
}

TEST(JsonToTensorsTest, IgnoresUnknownColumnarInputs) {
  for (const char* json :
       {R"({"inputs": {"x": [1], "y": [2]}})",
        R"({"inputs": {"y": [[1], "a", null, {}], "x": [1]}})",
        R"({"inputs": {"signature_name": "s", "x": [1], "": 0}})"}) {
    EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT), json)),
                ElementsAre(1));
  }
}

TEST(JsonToTensorsTest, UsesTheFirstValueOfARepeatedColumnarInput) {
  EXPECT_THAT(
      Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                              R"({"inputs": {"x": [1], "x": [2, "a"]}})")),
      ElementsAre(1));
}

TEST(JsonToTensorsTest, SeveralColumnarInputsNeedAnObject) {
  EXPECT_THAT(ErrorOf(TwoInputs(), R"({"inputs": [1]})"),
              AllOf(HasSubstr("must be an object"), HasSubstr("'a', 'b'")));
}

TEST(JsonToTensorsTest, ChargesTheTensorsAndThrowsBeyondTheBudget) {
  const std::pair<tensorflow::DataType, const char*> cases[] = {
      {tensorflow::DT_DOUBLE, "0,"},
      {tensorflow::DT_INT8, "0,"},
      {tensorflow::DT_STRING, R"("",)"},
      {tensorflow::DT_STRING, R"("a text of more than 22 characters",)"},
      {tensorflow::DT_STRING, R"({"b64":""},)"},
  };
  for (const auto& [dtype, element] : cases) {
    std::string json = R"({"instances": [)";
    for (int i = 0; i < 100000; ++i) {
      json += element;
    }
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
      net::PaddedBuffer body(&charge);
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
        net::PaddedBuffer same(&little);
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
