// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests of shapes, numbers and strings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/testing/json_to_tensors_test_util.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::DataType;
using ::tensorflow::PartialTensorShape;
using ::tensorflow::Tensor;
using ::tensorflow::tstring;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(JsonToTensorsElementTest, ShapesComeFromTheFirstElement) {
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

TEST(JsonToTensorsElementTest,
     AnEmptyListTakesItsMissingDimensionsFromTheSpec) {
  const Specs specs{
      Spec("x", tensorflow::DT_FLOAT, PartialTensorShape({-1, 28, -1, 3}))};
  EXPECT_THAT(Shape(DecodeOne(specs, R"({"inputs": []})")),
              ElementsAre(0, 28, 0, 3));
  EXPECT_THAT(Shape(DecodeOne(specs, R"({"inputs": [[], []]})")),
              ElementsAre(2, 0, 0, 3));
}

TEST(JsonToTensorsElementTest, DoesNotCheckTheShapeOfTheSpec) {
  const Specs specs{
      Spec("x", tensorflow::DT_FLOAT, PartialTensorShape({-1, 1}))};
  EXPECT_THAT(Shape(DecodeOne(specs, R"({"instances": [1.0, 2.0, 5.0]})")),
              ElementsAre(3));
}

TEST(JsonToTensorsElementTest, ErrorsOfRaggedListsNameSizeLevelAndElement) {
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

TEST(JsonToTensorsElementTest, RefusesAListInPlaceOfAValue) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [1, [2]]})"),
              AllOf(StartsWith("Encountered a list at level: 1"),
                    HasSubstr("element [1]")));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [[], [[]]]})"),
              HasSubstr("Encountered a list at level: 2"));
}

TEST(JsonToTensorsElementTest, RefusesAValueInPlaceOfAList) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"inputs": [[1, 2], 3]})"),
              AllOf(HasSubstr("JSON Value: 3 is at level: 1"),
                    HasSubstr("list of size: 2"), HasSubstr("element [1]")));
}

TEST(JsonToTensorsElementTest, ReadsListsOfManySizes) {
  for (int n : {1, 7, 8, 9, 100, 5000}) {
    std::string json = R"({"inputs": [)";
    for (int i = 0; i < n; ++i) {
      absl::StrAppend(&json, i > 0 ? "," : "", i);
    }
    json += "]}";
    const Tensor tensor = DecodeOne(X(tensorflow::DT_INT32), json);
    ASSERT_EQ(tensor.NumElements(), n);
    EXPECT_TRUE(tensor.IsAligned());
    for (int i = 0; i < n; ++i) {
      ASSERT_EQ(tensor.flat<int32_t>()(i), i);
    }
  }
}

TEST(JsonToTensorsElementTest, AcceptsWholeNumbersForFloats) {
  EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                                      R"({"inputs": [1, -2, 3e2]})")),
              ElementsAre(1, -2, 300));
  EXPECT_THAT(
      Values<double>(DecodeOne(X(tensorflow::DT_DOUBLE), R"({"inputs": [1]})")),
      ElementsAre(1));
}

TEST(JsonToTensorsElementTest, RefusesAFractionForAnInteger) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_INT32), R"({"instances": [1, 1.0]})"),
      AllOf(StartsWith("JSON Value: 1.0 is not of expected type: int32"),
            HasSubstr("input 'x', element [1]")));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_INT64), R"({"instances": [1e2]})"),
              HasSubstr("not of expected type: int64"));
}

TEST(JsonToTensorsElementTest, RoundsDoublesCorrectly) {
  EXPECT_THAT(
      Values<double>(DecodeOne(
          X(tensorflow::DT_DOUBLE),
          R"({"inputs": [0.1, 0.30000000000000004, 1.7976931348623157e308, 5e-324]})")),
      ElementsAre(0.1, 0.30000000000000004, 1.7976931348623157e308, 5e-324));
}

TEST(JsonToTensorsElementTest, ReadsNaNAndInfinity) {
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

TEST(JsonToTensorsElementTest, ChecksTheRangeOfIntegers) {
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

TEST(JsonToTensorsElementTest, FloatsOutOfRangeAreInfinite) {
  EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT),
                                      R"({"inputs": [1e39, -1e39]})")),
              ElementsAre(std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_DOUBLE), R"({"inputs": 1e309})"),
              HasSubstr("out of range"));
}

TEST(JsonToTensorsElementTest, ChecksTheRangeOfHalfAndBfloat16) {
  for (const char* number : {"70000", "-1e39", "2e308"}) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_HALF),
                        absl::StrCat(R"({"inputs": )", number, "}")),
                HasSubstr("out of range for type: half"));
  }
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_BFLOAT16), R"({"inputs": 3.4e38})"),
              HasSubstr("out of range for type: bfloat16"));
}

TEST(JsonToTensorsElementTest, ReadsHalfAndBfloat16) {
  EXPECT_EQ(
      static_cast<float>(DecodeOne(X(tensorflow::DT_HALF), R"({"inputs": 0.5})")
                             .scalar<Eigen::half>()()),
      0.5f);
  EXPECT_EQ(static_cast<float>(
                DecodeOne(X(tensorflow::DT_BFLOAT16), R"({"inputs": 3})")
                    .scalar<tensorflow::bfloat16>()()),
            3);
}

TEST(JsonToTensorsElementTest, RoundsHalfAndBfloat16Once) {
  const auto half = [](absl::string_view number) {
    return static_cast<float>(
        DecodeOne(X(tensorflow::DT_HALF),
                  absl::StrCat(R"({"inputs": )", number, "}"))
            .scalar<Eigen::half>()());
  };
  // The middle between 1 and the next half. Floats near it round to it.
  EXPECT_EQ(half("1.00048828125"), 1.0f);
  EXPECT_EQ(half("1.0004882812500003"), 1.0009765625f);
  EXPECT_EQ(half("-1.0004882812500003"), -1.0009765625f);
  EXPECT_EQ(half("1.0004882812499998"), 1.0f);
  // The next middle is rounded up.
  EXPECT_EQ(half("1.00146484375"), 1.001953125f);
  EXPECT_EQ(half("1.0014648437499998"), 1.0009765625f);
  EXPECT_EQ(half("65519.99999999999"), 65504.0f);
  EXPECT_EQ(half("1e-300"), 0.0f);
  // These numbers round to the middle as doubles too.
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

TEST(JsonToTensorsElementTest, BoolsAreTrueAndFalseOnly) {
  EXPECT_THAT(Values<bool>(DecodeOne(X(tensorflow::DT_BOOL),
                                     R"({"inputs": [true, false]})")),
              ElementsAre(true, false));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_BOOL), R"({"inputs": [true, 1]})"),
              HasSubstr("JSON Value: 1 is not of expected type: bool"));
}

TEST(JsonToTensorsElementTest, ErrorsOfTypesNameValueInputElementAndType) {
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

TEST(JsonToTensorsElementTest, TypesThatJsonCannotRepresentAreUnimplemented) {
  for (const DataType dtype : {tensorflow::DT_COMPLEX64, tensorflow::DT_VARIANT,
                               tensorflow::DT_QINT8}) {
    EXPECT_THAT(ErrorOf(X(dtype), R"({"inputs": [1]})",
                        absl::StatusCode::kUnimplemented),
                AllOf(HasSubstr(tensorflow::DataTypeString(dtype)),
                      HasSubstr("'x'"), HasSubstr("gRPC")));
  }
}

TEST(JsonToTensorsElementTest, UnescapesStrings) {
  EXPECT_THAT(Values<tstring>(DecodeOne(
                  X(tensorflow::DT_STRING),
                  R"({"instances": ["a\"\\\n", "\u20ac\ud83d\ude00", ""]})")),
              ElementsAre("a\"\\\n", "\xe2\x82\xac\xf0\x9f\x98\x80", ""));
}

TEST(JsonToTensorsElementTest, DecodesBase64Objects) {
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

TEST(JsonToTensorsElementTest, AnInputMayHaveTheNameB64) {
  const Specs specs{Spec("b64", tensorflow::DT_STRING)};
  EXPECT_THAT(Values<tstring>(DecodeOne(
                  specs, R"({"instances": [{"b64": {"b64": "aGk="}}]})")),
              ElementsAre("hi"));
  EXPECT_THAT(
      Values<tstring>(DecodeOne(specs, R"({"inputs": {"b64": ["word"]}})")),
      ElementsAre("word"));
}

TEST(JsonToTensorsElementTest, RefusesInvalidBase64) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_STRING),
              R"({"instances": ["ok", {"b64": "!!!"}]})"),
      AllOf(HasSubstr("valid base64"), HasSubstr("input 'x', element [1]")));
}

TEST(JsonToTensorsElementTest, TheKeyB64MayHaveEscapes) {
  EXPECT_THAT(Values<tstring>(
                  DecodeOne(X(tensorflow::DT_STRING),
                            R"({"instances": [{"\u0062\u00364": "aGk="}]})")),
              ElementsAre("hi"));
}

TEST(JsonToTensorsElementTest, RefusesB64WithAnotherKey) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_STRING),
                      R"({"instances": [{"b64": "aGk=", "other": 1}]})"),
              HasSubstr("must have no other key"));
}

}  // namespace
}  // namespace tfs3::rest
