// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests requests so large that NumberList reads their numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow_serving_s3/model_servers/rest/json/predict_input.h"
#include "tensorflow_serving_s3/model_servers/testing/json_to_tensors_test_util.h"

namespace tfs3::rest {
namespace {

using tensorflow::Tensor;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kRows = 40;
constexpr int kColumns = 5;
constexpr int kDepth = 3;

// Numbers as clients write them.
std::vector<std::string> RandomNumbers(int count) {
  std::mt19937 random(1);
  std::vector<std::string> numbers;
  for (int i = 0; i < count; ++i) {
    const double number = static_cast<double>(random()) / 4e8 - 5;
    switch (random() % 8) {
      case 0:
        numbers.push_back(absl::StrCat(random() % 256));
        break;
      case 1:
        numbers.push_back(absl::StrFormat("%.17g", number));
        break;
      case 2:
        numbers.push_back(absl::StrFormat("%.3e", number));
        break;
      default:
        numbers.push_back(absl::StrFormat("%.*f", 1 + random() % 18, number));
    }
  }
  return numbers;
}

// Returns `numbers` as lists of kColumns lists of kDepth numbers.
std::string ListsOf(const std::vector<std::string>& numbers,
                    const std::string& separator) {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  for (size_t i = 0; i < numbers.size(); i += kDepth) {
    const auto begin = numbers.begin() + static_cast<int64_t>(i);
    columns.push_back(absl::StrCat(
        "[", absl::StrJoin(begin, begin + kDepth, separator), "]"));
    if (columns.size() == kColumns) {
      rows.push_back(absl::StrCat("[", absl::StrJoin(columns, separator), "]"));
      columns.clear();
    }
  }
  return absl::StrCat("[", absl::StrJoin(rows, separator), "]");
}

template <typename T>
std::vector<T> ValuesOf(const std::vector<std::string>& numbers) {
  std::vector<T> values;
  for (const std::string& number : numbers) {
    if constexpr (sizeof(T) == sizeof(float)) {
      values.push_back(std::stof(number));
    } else {
      values.push_back(std::stod(number));
    }
  }
  return values;
}

TEST(LargeJsonToTensorsTest, ReadsNestedLists) {
  const auto numbers = RandomNumbers(kRows * kColumns * kDepth);
  for (const std::string separator : {", ", ",", " ,\n      "}) {
    const std::string lists = ListsOf(numbers, separator);
    for (const std::string json :
         {absl::StrCat(R"({"instances": )", lists, "}"),
          absl::StrCat(R"({"inputs": )", lists, "}"),
          absl::StrCat(R"({"inputs": {"x": )", lists, "}}")}) {
      const Tensor floats = DecodeOne(X(tensorflow::DT_FLOAT), json);
      EXPECT_THAT(Shape(floats), ElementsAre(kRows, kColumns, kDepth));
      EXPECT_EQ(Values<float>(floats), ValuesOf<float>(numbers));
      const Tensor doubles = DecodeOne(X(tensorflow::DT_DOUBLE), json);
      EXPECT_THAT(Shape(doubles), ElementsAre(kRows, kColumns, kDepth));
      EXPECT_EQ(Values<double>(doubles), ValuesOf<double>(numbers));
    }
  }
}

TEST(LargeJsonToTensorsTest, ReadsFlatLists) {
  const auto numbers = RandomNumbers(1000);
  const std::string list = absl::StrJoin(numbers, ", ");
  for (const std::string json :
       {absl::StrCat(R"({"instances": [)", list, "]}"),
        absl::StrCat(R"({"inputs": [)", list, "]}"),
        absl::StrCat(R"({"instances": [[)", list, "]]}"),
        absl::StrCat(R"({"instances": [[)", absl::StrJoin(numbers, "], ["),
                     "]]}")}) {
    EXPECT_EQ(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT), json)),
              ValuesOf<float>(numbers));
  }
}

TEST(LargeJsonToTensorsTest, ReadsColumnsBesideStrings) {
  const auto numbers = RandomNumbers(40 * kDepth);
  std::vector<std::string> rows;
  for (size_t i = 0; i < numbers.size(); i += kDepth) {
    const auto begin = numbers.begin() + static_cast<int64_t>(i);
    rows.push_back(
        absl::StrCat(R"({"b": "1.5, 2, )", std::string(i, '3'), R"(", "a": [)",
                     absl::StrJoin(begin, begin + kDepth, ", "), "]}"));
  }
  const absl::StatusOr<PredictInput> input = Decode(
      TwoInputs(),
      absl::StrCat(R"({"instances": [)", absl::StrJoin(rows, ", "), "]}"));
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_EQ(Values<float>(input->tensors[0]), ValuesOf<float>(numbers));
}

TEST(LargeJsonToTensorsTest, ErrorsNameTheElement) {
  const auto numbers = RandomNumbers(kRows * kColumns * kDepth);
  for (const int at : {4, 14, 77, 300, kRows * kColumns * kDepth - 1}) {
    const std::string row = absl::StrCat("[", at / (kColumns * kDepth), "]");
    const std::string list =
        absl::StrCat(row, "[", at / kDepth % kColumns, "]");
    const std::string element = absl::StrCat(list, "[", at % kDepth, "]");
    struct Case {
      std::string value;
      std::string message;
      std::string where;
    };
    for (const Case& c :
         {Case{"null", "is not of expected type: float", element},
          Case{"\"1\"", "is not of expected type: float", element},
          Case{"[1]", "where the first element has a value", element},
          Case{"1, 2", "unexpected size: 4", list},
          Case{"1, 2, 3, 4, 5", "unexpected size: 7", list},
          Case{"1e309", "the number is out of range", ""},
          Case{"01", "JSON Parse error", ""},
          Case{"1 2", "JSON Parse error", ""},
          Case{"1,", "JSON Parse error", ""}, Case{"-", "JSON Parse error", ""},
          Case{".5", "JSON Parse error", ""}}) {
      std::vector<std::string> changed = numbers;
      changed[at] = c.value;
      const std::string error =
          ErrorOf(X(tensorflow::DT_FLOAT),
                  absl::StrCat(R"({"inputs": )", ListsOf(changed, ", "), "}"));
      EXPECT_THAT(error, HasSubstr(c.message));
      if (!c.where.empty()) {
        EXPECT_THAT(error, HasSubstr(absl::StrCat("element ", c.where, ")")))
            << c.value;
      }
    }
  }
}

TEST(LargeJsonToTensorsTest, AListThatEndsEarlyIsAParseError) {
  const auto numbers = RandomNumbers(kRows * kColumns * kDepth);
  const std::string json =
      absl::StrCat(R"({"inputs": )", ListsOf(numbers, ", "), "}");
  for (size_t size = 20; size < json.size(); size += 7) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), json.substr(0, size)),
                HasSubstr("JSON Parse error"));
    std::string with_nul = json;
    with_nul[size] = '\0';
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), with_nul),
                HasSubstr("JSON Parse error"));
  }
}

}  // namespace
}  // namespace tfs3::rest
