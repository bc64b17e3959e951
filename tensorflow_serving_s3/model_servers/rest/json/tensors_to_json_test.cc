// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/tensors_to_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::tstring;
using ::testing::AllOf;
using ::testing::HasSubstr;

template <typename T>
Tensor MakeTensor(const TensorShape& shape, const std::vector<T>& values) {
  Tensor tensor(tensorflow::DataTypeToEnum<T>::value, shape);
  std::copy(values.begin(), values.end(), tensor.flat<T>().data());
  return tensor;
}

std::string Json(JsonFormat format, absl::Span<const NamedOutput> outputs) {
  absl::StatusOr<std::string> json = TensorsToJson(format, outputs);
  return json.ok() ? *json : json.status().ToString();
}

std::string Rows(absl::Span<const NamedOutput> outputs) {
  return Json(JsonFormat::kRow, outputs);
}
std::string Columns(absl::Span<const NamedOutput> outputs) {
  return Json(JsonFormat::kColumnar, outputs);
}

TEST(TensorsToJsonTest, ASingleOutputInRowsHasNoName) {
  const Tensor y = MakeTensor<float>({3}, {3.5, 4, 5.5});
  EXPECT_EQ(Rows({{"y", y}}), R"({"predictions": [3.5, 4.0, 5.5]})");
}

TEST(TensorsToJsonTest, ASingleColumnarOutputHasNoName) {
  const Tensor y = MakeTensor<float>({2, 1}, {3.5, 4});
  EXPECT_EQ(Columns({{"y", y}}), R"({"outputs": [[3.5], [4.0]]})");
}

TEST(TensorsToJsonTest, SeveralOutputsInRowsAreOneObjectForEachRow) {
  const Tensor a = MakeTensor<int32_t>({2}, {1, 2});
  const Tensor b = MakeTensor<tstring>({2, 2}, {"p", "q", "r", "s"});
  EXPECT_EQ(
      Rows({{"a", a}, {"b", b}}),
      R"({"predictions": [{"a": 1, "b": ["p", "q"]}, {"a": 2, "b": ["r", "s"]}]})");
}

TEST(TensorsToJsonTest, SeveralColumnarOutputsKeepTheirNames) {
  const Tensor a = MakeTensor<int32_t>({2}, {1, 2});
  const Tensor b = MakeTensor<float>({}, {0.5});
  EXPECT_EQ(Columns({{"a", a}, {"b \"quoted\"", b}}),
            R"({"outputs": {"a": [1, 2], "b \"quoted\"": 0.5}})");
}

TEST(TensorsToJsonTest, RowsNeedEqualBatchSizes) {
  const Tensor a = MakeTensor<int32_t>({2}, {1, 2});
  const Tensor b = MakeTensor<int32_t>({3}, {1, 2, 3});
  const absl::Status status =
      TensorsToJson(JsonFormat::kRow, {{"a", a}, {"b", b}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("'a'"), HasSubstr("'b'"), HasSubstr("2 and 3"),
                    HasSubstr("columnar")));
}

TEST(TensorsToJsonTest, RowsNeedABatchDimension) {
  const Tensor a = MakeTensor<int32_t>({}, {1});
  const absl::Status status =
      TensorsToJson(JsonFormat::kRow, {{"a", a}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("'a'"), HasSubstr("columnar")));
}

TEST(TensorsToJsonTest, EmptyTensors) {
  EXPECT_EQ(Rows({{"y", Tensor(tensorflow::DT_FLOAT, TensorShape({0, 3}))}}),
            R"({"predictions": []})");
  EXPECT_EQ(Columns({{"y", Tensor(tensorflow::DT_FLOAT, TensorShape({0, 3}))}}),
            R"({"outputs": []})");
  EXPECT_EQ(Rows({{"y", Tensor(tensorflow::DT_STRING, TensorShape({2, 0}))}}),
            R"({"predictions": [[], []]})");
  EXPECT_EQ(Rows({}), R"({"predictions": []})");
  EXPECT_EQ(Columns({}), R"({"outputs": {}})");
}

TEST(TensorsToJsonTest, ScalarsInColumnarFormat) {
  EXPECT_EQ(Columns({{"y", MakeTensor<double>({}, {0.1})}}),
            R"({"outputs": 0.1})");
}

TEST(TensorsToJsonTest, ListsHaveTheRankOfTheTensor) {
  const Tensor y = MakeTensor<int64_t>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(Rows({{"y", y}}),
            R"({"predictions": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]})");
}

TEST(TensorsToJsonTest, WholeFloatsKeepTheirFraction) {
  EXPECT_EQ(Columns({{"y", MakeTensor<float>({2}, {1, -0.0f})}}),
            R"({"outputs": [1.0, -0.0]})");
}

TEST(TensorsToJsonTest, FloatsAndDoublesHaveTheirShortestForm) {
  EXPECT_EQ(Columns({{"y", MakeTensor<float>({2}, {0.1f, 16777216})}}),
            R"({"outputs": [0.1, 16777216.0]})");
  EXPECT_EQ(
      Columns({{"y", MakeTensor<double>({2}, {0.1, 0.30000000000000004})}}),
      R"({"outputs": [0.1, 0.30000000000000004]})");
}

TEST(TensorsToJsonTest, NaNAndInfinityHaveNoQuotes) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Rows({{"y", MakeTensor<float>(
                            {3}, {std::numeric_limits<float>::quiet_NaN(),
                                  kInfinity, -kInfinity})}}),
            R"({"predictions": [NaN, Infinity, -Infinity]})");
}

TEST(TensorsToJsonTest, HalfAndBfloat16AreWrittenAsFloats) {
  EXPECT_EQ(Rows({{"y", MakeTensor<Eigen::half>(
                            {2}, {Eigen::half(0.5f), Eigen::half(2.0f)})}}),
            R"({"predictions": [0.5, 2.0]})");
  EXPECT_EQ(Rows({{"y", MakeTensor<tensorflow::bfloat16>(
                            {1}, {tensorflow::bfloat16(1.5f)})}}),
            R"({"predictions": [1.5]})");
}

TEST(TensorsToJsonTest, WritesIntegersUpToTheirLimits) {
  EXPECT_EQ(Rows({{"y", MakeTensor<int64_t>(
                            {1}, {std::numeric_limits<int64_t>::min()})}}),
            R"({"predictions": [-9223372036854775808]})");
  EXPECT_EQ(Rows({{"y", MakeTensor<uint64_t>(
                            {1}, {std::numeric_limits<uint64_t>::max()})}}),
            R"({"predictions": [18446744073709551615]})");
  EXPECT_EQ(Rows({{"y", MakeTensor<int8_t>({1}, {-128})}}),
            R"({"predictions": [-128]})");
  EXPECT_EQ(Rows({{"y", MakeTensor<uint8_t>({1}, {255})}}),
            R"({"predictions": [255]})");
}

TEST(TensorsToJsonTest, Bools) {
  EXPECT_EQ(Rows({{"y", MakeTensor<bool>({2}, {true, false})}}),
            R"({"predictions": [true, false]})");
}

TEST(TensorsToJsonTest, StringsAreEscaped) {
  EXPECT_EQ(Rows({{"y", MakeTensor<tstring>({1}, {"a\"\n\xe2\x82\xac"})}}),
            "{\"predictions\": [\"a\\\"\\n\xe2\x82\xac\"]}");
}

TEST(TensorsToJsonTest, StringsOfOutputsNamedBytesAreBase64) {
  const Tensor y = MakeTensor<tstring>({1}, {"hi"});
  EXPECT_EQ(Rows({{"image_bytes", y}}),
            R"({"predictions": [{"b64": "aGk="}]})");
  EXPECT_EQ(Rows({{"bytes_image", y}}), R"({"predictions": ["hi"]})");
}

TEST(TensorsToJsonTest, StringsThatAreNotUtf8AreBase64) {
  EXPECT_EQ(Rows({{"y", MakeTensor<tstring>({2}, {"\xff\xfe", "text"})}}),
            R"({"predictions": [{"b64": "//4="}, "text"]})");
}

TEST(TensorsToJsonTest, TypesThatJsonCannotRepresentAreUnimplemented) {
  const Tensor y(tensorflow::DT_COMPLEX64, TensorShape({1}));
  const absl::Status status =
      TensorsToJson(JsonFormat::kRow, {{"y", y}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(status.message(), AllOf(HasSubstr("'y'"), HasSubstr("complex64"),
                                      HasSubstr("gRPC")));
}

TEST(TensorsToJsonTest, ChargesTheTextAndThrowsBeyondTheBudget) {
  // Each number has more brackets than digits.
  Tensor deep(tensorflow::DT_BOOL, TensorShape({1000, 1, 1, 1, 1, 1, 1, 1, 1}));
  deep.flat<bool>().setZero();
  Tensor strings(tensorflow::DT_STRING, TensorShape({1000}));
  strings.flat<tstring>().setConstant(tstring(std::string(100, '\x01')));
  Tensor doubles(tensorflow::DT_DOUBLE, TensorShape({1000}));
  doubles.flat<double>().setConstant(-2.2250738585072014e-308);
  for (const Tensor& y : {deep, strings, doubles}) {
    RequestMemory memory(0);
    {
      RequestMemory::Charge charge(&memory);
      const auto json = TensorsToJson(JsonFormat::kRow, {{"y", y}}, &charge);
      ASSERT_TRUE(json.ok());
      EXPECT_GE(memory.used(), static_cast<int64_t>(json->size()));
      RequestMemory small(static_cast<int64_t>(json->size()) - 1);
      RequestMemory::Charge little(&small);
      EXPECT_THROW(static_cast<void>(
                       TensorsToJson(JsonFormat::kRow, {{"y", y}}, &little)),
                   RequestMemoryExceeded);
      EXPECT_EQ(small.used(), 0);
    }
    EXPECT_EQ(memory.used(), 0);
  }
}

}  // namespace
}  // namespace tfs3::rest
