// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorProto;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;

constexpr int kLarge = 20'000;

template <typename Number>
Tensor Counting(tensorflow::DataType dtype, int64_t size) {
  Tensor tensor(dtype, tensorflow::TensorShape({size}));
  for (int64_t i = 0; i < size; ++i) {
    tensor.flat<Number>()(i) = static_cast<Number>(i);
  }
  return tensor;
}

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) {
    bytes.push_back(static_cast<char>(value | 0x80));
  }
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

PredictRequest RequestOf(const std::string& alias, const TensorProto& proto) {
  PredictRequest request;
  request.mutable_model_spec()->set_name("model");
  (*request.mutable_inputs())[alias] = proto;
  request.add_output_filter("y");
  return request;
}

TensorProto Field(const Tensor& tensor) {
  TensorProto proto;
  tensor.AsProtoField(&proto);
  return proto;
}

TensorProto Content(const Tensor& tensor) {
  TensorProto proto;
  tensor.AsProtoTensorContent(&proto);
  return proto;
}

void ExpectSame(const Tensor& tensor, const Tensor& other) {
  EXPECT_EQ(Field(tensor).SerializeAsString(),
            Field(other).SerializeAsString());
}

// Expects that detaching changes neither the message nor the tensor.
void ExpectDetached(const PredictRequest& request, const Tensor& tensor) {
  const std::string bytes = request.SerializeAsString();

  const std::optional<RestOfRequest> rest = DetachInputs(bytes);

  ASSERT_TRUE(rest.has_value());
  EXPECT_LT(rest->bytes.size(), 200);
  PredictRequest parsed;
  ASSERT_TRUE(parsed.ParseFromString(rest->bytes));
  EXPECT_EQ(parsed.model_spec().name(), "model");
  EXPECT_THAT(parsed.output_filter(), testing::ElementsAre("y"));
  EXPECT_EQ(static_cast<size_t>(parsed.inputs_size()), rest->num_entries);
  ASSERT_EQ(rest->inputs.size(), 1);
  const auto decoded =
      DecodeTensor(parsed.inputs().at(std::string(rest->inputs[0].alias)),
                   rest->inputs[0].values);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  ExpectSame(*decoded, tensor);
}

TEST(DetachedTensorsTest, NumbersInSeveralPartsAreNotDetached) {
  const std::string large =
      Field(Counting<float>(tensorflow::DT_FLOAT, kLarge)).SerializeAsString();
  const std::string packed =
      Field(Counting<float>(tensorflow::DT_FLOAT, 2)).SerializeAsString();
  const std::string unpacked("\x2d\0\0\x80\x3f", 5);
  for (const std::string& part : {packed, unpacked, std::string("\x22\0", 2)}) {
    for (const std::string& proto : {large + part, part + large}) {
      TensorProto parsed;
      ASSERT_TRUE(parsed.ParseFromString(proto));
      PredictRequest request;
      // An entry of the map with the serialized proto.
      std::string entry = "\n\x01x\x12" + Varint(proto.size()) + proto;
      const std::string bytes = "\x12" + Varint(entry.size()) + entry;
      ASSERT_TRUE(request.ParseFromString(bytes));
      ASSERT_EQ(request.inputs().at("x").SerializeAsString(),
                parsed.SerializeAsString());
      EXPECT_FALSE(DetachInputs(bytes).has_value());
    }
  }
}

TEST(DetachedTensorsTest, FindsTheNumbersFromTheBeginOfARequest) {
  const Tensor floats = Counting<float>(tensorflow::DT_FLOAT, kLarge);
  for (const TensorProto& proto : {Field(floats), Content(floats)}) {
    const std::string bytes = RequestOf("x", proto).SerializeAsString();
    const size_t offset = bytes.find(std::string(floats.tensor_data()));
    ASSERT_NE(offset, std::string::npos);
    EXPECT_EQ(FindNumbers(bytes), offset);
    EXPECT_EQ(FindNumbers(bytes.substr(0, offset + 1)), offset);
    EXPECT_EQ(FindNumbers(bytes.substr(0, offset)), offset);
    for (size_t size = 0; size < offset; ++size) {
      EXPECT_EQ(FindNumbers(bytes.substr(0, size)), 0) << size;
    }
  }
}

TEST(DetachedTensorsTest, FindsTheNumbersAfterSmallInputs) {
  const Tensor floats = Counting<float>(tensorflow::DT_FLOAT, kLarge);
  const std::string bytes =
      RequestOf("a", Field(Counting<float>(tensorflow::DT_FLOAT, 10)))
          .SerializeAsString() +
      RequestOf("x", Field(floats)).SerializeAsString();
  EXPECT_EQ(FindNumbers(bytes), bytes.find(std::string(floats.tensor_data())));
}

TEST(DetachedTensorsTest, FindsNoNumbersInOtherMessages) {
  EXPECT_EQ(FindNumbers(""), 0);
  EXPECT_EQ(FindNumbers(std::string(100'000, '\xff')), 0);
  EXPECT_EQ(FindNumbers(
                RequestOf("x", Field(Counting<float>(tensorflow::DT_FLOAT, 9)))
                    .SerializeAsString()),
            0);
}

TEST(DetachedTensorsTest, DetachesNumbersInTheirField) {
  const Tensor floats = Counting<float>(tensorflow::DT_FLOAT, kLarge);
  ExpectDetached(RequestOf("x", Field(floats)), floats);
  const Tensor doubles = Counting<double>(tensorflow::DT_DOUBLE, kLarge);
  ExpectDetached(RequestOf("x", Field(doubles)), doubles);
}

TEST(DetachedTensorsTest, DetachesTensorContent) {
  const Tensor floats = Counting<float>(tensorflow::DT_FLOAT, kLarge);
  ExpectDetached(RequestOf("x", Content(floats)), floats);
  const Tensor bytes = Counting<uint8_t>(tensorflow::DT_UINT8, 4 * kLarge);
  ExpectDetached(RequestOf("x", Content(bytes)), bytes);
}

TEST(DetachedTensorsTest, OtherInputsStayInTheMessage) {
  const Tensor floats = Counting<float>(tensorflow::DT_FLOAT, kLarge);
  PredictRequest request = RequestOf("x", Content(floats));
  TensorProto& text = (*request.mutable_inputs())["text"];
  text.set_dtype(tensorflow::DT_STRING);
  text.add_string_val(std::string(kMinDetachedBytes, 'a'));
  const std::string bytes = request.SerializeAsString();

  const std::optional<RestOfRequest> rest = DetachInputs(bytes);

  ASSERT_TRUE(rest.has_value());
  PredictRequest parsed;
  ASSERT_TRUE(parsed.ParseFromString(rest->bytes));
  EXPECT_EQ(rest->num_entries, 2);
  EXPECT_EQ(parsed.inputs().at("text").string_val(0).size(), kMinDetachedBytes);
  EXPECT_EQ(rest->inputs.size(), 1);
}

TEST(DetachedTensorsTest, SmallAndOtherTensorsAreNotDetached) {
  const Tensor small = Counting<float>(tensorflow::DT_FLOAT, 10);
  EXPECT_FALSE(
      DetachInputs(RequestOf("x", Content(small)).SerializeAsString()));
  const Tensor ints = Counting<int64_t>(tensorflow::DT_INT64, kLarge);
  EXPECT_FALSE(DetachInputs(RequestOf("x", Field(ints)).SerializeAsString()));
}

TEST(DetachedTensorsTest, EachCutRequestIsParsedAsAWhole) {
  const std::string bytes =
      RequestOf("x", Content(Counting<float>(tensorflow::DT_FLOAT, kLarge)))
          .SerializeAsString();
  for (size_t size = 0; size < bytes.size(); size += 997) {
    const std::string cut = bytes.substr(0, size);
    const std::optional<RestOfRequest> rest = DetachInputs(cut);
    PredictRequest whole;
    if (!whole.ParseFromString(cut)) {
      EXPECT_FALSE(rest.has_value()) << size;
    }
  }
}

TEST(DetachedTensorsTest, RequestsWithTwoEntriesOfOneAliasHaveFewerInputs) {
  const std::string bytes =
      RequestOf("x", Content(Counting<float>(tensorflow::DT_FLOAT, kLarge)))
          .SerializeAsString();
  const std::string twice =
      bytes + RequestOf("x", Content(Counting<float>(tensorflow::DT_FLOAT, 2)))
                  .SerializeAsString();

  const std::optional<RestOfRequest> rest = DetachInputs(twice);

  ASSERT_TRUE(rest.has_value());
  PredictRequest parsed;
  ASSERT_TRUE(parsed.ParseFromString(rest->bytes));
  EXPECT_EQ(rest->num_entries, 2);
  EXPECT_EQ(parsed.inputs_size(), 1);
}

TEST(DetachedTensorsTest, ATensorWithTwoLargeFieldsIsParsedAsAWhole) {
  TensorProto proto = Content(Counting<float>(tensorflow::DT_FLOAT, kLarge));
  proto.MergeFrom(Field(Counting<float>(tensorflow::DT_FLOAT, kLarge)));

  EXPECT_FALSE(DetachInputs(RequestOf("x", proto).SerializeAsString()));
}

// The same result, value or error, as for the whole proto.
void ExpectSameResult(const TensorProto& proto) {
  const std::string bytes = RequestOf("x", proto).SerializeAsString();
  const std::optional<RestOfRequest> rest = DetachInputs(bytes);
  ASSERT_TRUE(rest.has_value());
  PredictRequest parsed;
  ASSERT_TRUE(parsed.ParseFromString(rest->bytes));

  const auto whole = DecodeTensor(proto);
  const auto detached =
      DecodeTensor(parsed.inputs().at("x"), rest->inputs[0].values);

  ASSERT_EQ(whole.status(), detached.status());
  if (whole.ok()) {
    ExpectSame(*whole, *detached);
  }
}

TEST(DetachedTensorsTest, UnusualTensorsHaveTheResultOfTheWholeMessage) {
  const TensorProto content =
      Content(Counting<float>(tensorflow::DT_FLOAT, kLarge));
  const TensorProto field =
      Field(Counting<float>(tensorflow::DT_FLOAT, kLarge));

  TensorProto more_elements = field;
  more_elements.mutable_tensor_shape()->mutable_dim(0)->set_size(kLarge + 5);
  ExpectSameResult(more_elements);  // The last value is repeated.
  for (const TensorProto& good : {content, field}) {
    for (const int64_t size : {int64_t{1}, int64_t{-1}, int64_t{1} << 61,
                               (int64_t{1} << 62) + kLarge}) {
      TensorProto other_shape = good;
      other_shape.mutable_tensor_shape()->mutable_dim(0)->set_size(size);
      ExpectSameResult(other_shape);
    }
    for (const tensorflow::DataType dtype :
         {tensorflow::DT_INT32, tensorflow::DT_STRING, tensorflow::DT_VARIANT,
          tensorflow::DT_INVALID, tensorflow::DT_DOUBLE}) {
      TensorProto other_type = good;
      other_type.set_dtype(dtype);
      ExpectSameResult(other_type);
    }
  }
}

// Expects that the serialized parts of a response are the output.
void ExpectSerialized(const Tensor& tensor, TensorEncoding encoding) {
  ASSERT_TRUE(IsDetachable(tensor, encoding));
  const auto data = tensor.tensor_data();
  const std::string bytes = SerializeHead({"an output", tensor}, encoding) +
                            std::string(data.data(), data.size());

  PredictResponse response;
  ASSERT_TRUE(response.ParseFromString(bytes));

  ASSERT_EQ(response.outputs_size(), 1);
  TensorProto expected;
  EncodeTensor(tensor, encoding, &expected);
  EXPECT_EQ(response.outputs().at("an output").SerializeAsString(),
            expected.SerializeAsString());
}

TEST(DetachedTensorsTest, OutputsAreSerializedInParts) {
  const Tensor floats = Counting<float>(tensorflow::DT_FLOAT, kLarge);
  ExpectSerialized(floats, TensorEncoding::kField);
  ExpectSerialized(floats, TensorEncoding::kContent);
  ExpectSerialized(Counting<double>(tensorflow::DT_DOUBLE, kLarge),
                   TensorEncoding::kField);
  ExpectSerialized(Counting<int64_t>(tensorflow::DT_INT64, kLarge),
                   TensorEncoding::kContent);
}

TEST(DetachedTensorsTest, OutputsWithOtherFieldsAreNotDetachable) {
  EXPECT_FALSE(IsDetachable(Counting<int64_t>(tensorflow::DT_INT64, kLarge),
                            TensorEncoding::kField));
  EXPECT_FALSE(IsDetachable(Counting<float>(tensorflow::DT_FLOAT, 10),
                            TensorEncoding::kField));
  const Tensor texts(tensorflow::DT_STRING, tensorflow::TensorShape({kLarge}));
  EXPECT_FALSE(IsDetachable(texts, TensorEncoding::kField));
  EXPECT_FALSE(IsDetachable(texts, TensorEncoding::kContent));
}

}  // namespace
}  // namespace tfs3
