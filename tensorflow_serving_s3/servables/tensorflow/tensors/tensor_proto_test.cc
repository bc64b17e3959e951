// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorProto;
using tensorflow::TensorShape;
using tensorflow::tstring;
using testing::ElementsAre;
using testing::HasSubstr;

TensorProto Proto(tensorflow::DataType dtype,
                  std::initializer_list<int64_t> dims) {
  TensorProto proto;
  proto.set_dtype(dtype);
  for (const int64_t dim : dims) {
    proto.mutable_tensor_shape()->add_dim()->set_size(dim);
  }
  return proto;
}

Tensor Numbers() {
  Tensor tensor(tensorflow::DT_INT32, TensorShape({2, 1}));
  tensor.flat<int32_t>()(0) = 7;
  tensor.flat<int32_t>()(1) = -1;
  return tensor;
}

TEST(DecodeTensorTest, ReadsValuesFromTheFieldOfTheirType) {
  TensorProto proto = Proto(tensorflow::DT_FLOAT, {2});
  proto.add_float_val(1.5);
  proto.add_float_val(2.5);

  const auto tensor = DecodeTensor(proto);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->DebugString(),
            "Tensor<type: float shape: [2] values: 1.5 2.5>");
}

TEST(DecodeTensorTest, ReadsTensorContent) {
  TensorProto proto = Proto(tensorflow::DT_UINT8, {3});
  proto.set_tensor_content(std::string("\1\2\3"));

  const auto tensor = DecodeTensor(proto);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->DebugString(),
            "Tensor<type: uint8 shape: [3] values: 1 2 3>");
}

TEST(DecodeTensorTest, RepeatsTheLastValueForMissingOnes) {
  TensorProto proto = Proto(tensorflow::DT_INT64, {3});
  proto.add_int64_val(4);
  proto.add_int64_val(5);

  const auto tensor = DecodeTensor(proto);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->DebugString(),
            "Tensor<type: int64 shape: [3] values: 4 5 5>");
}

TEST(DecodeTensorTest, ReadsATensorWithoutElements) {
  const auto tensor = DecodeTensor(Proto(tensorflow::DT_FLOAT, {0, 4}));

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->shape(), TensorShape({0, 4}));
}

TEST(DecodeTensorTest, ReadsALargeTensorWithAllItsValues) {
  TensorProto proto = Proto(tensorflow::DT_UINT8, {80 << 20});
  proto.set_tensor_content(std::string(80 << 20, 'x'));

  const auto tensor = DecodeTensor(proto);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->NumElements(), 80 << 20);
}

struct BadCase {
  std::string name;
  TensorProto proto;
  std::string message;
};

class DecodeTensorErrorTest : public testing::TestWithParam<BadCase> {};

TEST_P(DecodeTensorErrorTest, IsAnInvalidArgument) {
  const auto tensor = DecodeTensor(GetParam().proto);

  EXPECT_EQ(tensor.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(tensor.status().message()),
              HasSubstr(GetParam().message));
}

TensorProto WithContent(TensorProto proto, const std::string& content) {
  proto.set_tensor_content(content);
  return proto;
}

TensorProto WithFloat(TensorProto proto) {
  proto.add_float_val(1);
  return proto;
}

INSTANTIATE_TEST_SUITE_P(
    Protos, DecodeTensorErrorTest,
    testing::Values(
        BadCase{"ContentTooShort",
                WithContent(Proto(tensorflow::DT_FLOAT, {2}), "1234567"),
                "tensor_content"},
        BadCase{"ContentTooLong",
                WithContent(Proto(tensorflow::DT_FLOAT, {2}), "123456789"),
                "type float and shape [2]"},
        BadCase{"UnknownSize", WithFloat(Proto(tensorflow::DT_FLOAT, {-1})),
                "the shape [?] is not a valid"},
        BadCase{"NegativeSize", WithFloat(Proto(tensorflow::DT_FLOAT, {-7})),
                "the shape"},
        BadCase{"NumberOfElementsOverflows",
                WithFloat(Proto(tensorflow::DT_FLOAT,
                                {int64_t{1} << 40, int64_t{1} << 40})),
                "the shape"},
        BadCase{"SmallProtoOfALargeTensor",
                WithFloat(Proto(tensorflow::DT_FLOAT, {int64_t{1} << 38})),
                "is too large to be filled with a repeated value"},
        BadCase{"NoType", Proto(tensorflow::DT_INVALID, {1}), "cannot be sent"},
        BadCase{"Resource", Proto(tensorflow::DT_RESOURCE, {1}),
                "cannot be sent"},
        BadCase{"UnknownType", Proto(static_cast<tensorflow::DataType>(99), {}),
                "cannot be sent"}),
    [](const testing::TestParamInfo<BadCase>& info) {
      return info.param.name;
    });

TEST(EncodeTensorTest, WritesNumbersToTheirField) {
  TensorProto proto;
  EncodeTensor(Numbers(), TensorEncoding::kField, &proto);

  EXPECT_THAT(proto.int_val(), ElementsAre(7, -1));
  EXPECT_EQ(proto.dtype(), tensorflow::DT_INT32);
  EXPECT_EQ(TensorShape(proto.tensor_shape()), TensorShape({2, 1}));
  EXPECT_TRUE(proto.tensor_content().empty());
}

TEST(EncodeTensorTest, WritesNumbersToTensorContent) {
  TensorProto proto;
  EncodeTensor(Numbers(), TensorEncoding::kContent, &proto);

  EXPECT_EQ(proto.tensor_content(), std::string("\7\0\0\0\xff\xff\xff\xff", 8));
  EXPECT_TRUE(proto.int_val().empty());
}

TEST(EncodeTensorTest, WritesStringsToStringVal) {
  TensorProto proto;
  EncodeTensor(Tensor(tstring("text")), TensorEncoding::kContent, &proto);

  EXPECT_THAT(proto.string_val(), ElementsAre("text"));
}

TEST(EncodeTensorTest, SmallTypesTakeFourBytesInTheirField) {
  const tensorflow::Tensor halves(tensorflow::DT_HALF,
                                  tensorflow::TensorShape({100}));

  EXPECT_EQ(MemoryWhenEncoded(halves, TensorEncoding::kField), 400);
  EXPECT_EQ(MemoryWhenEncoded(halves, TensorEncoding::kContent), 200);
}

TEST(DecodeTensorTest, ChargesTheMemoryOfTheTensor) {
  TensorProto proto = Proto(tensorflow::DT_HALF, {1000});
  proto.add_half_val(0);
  int64_t charged = 0;

  const auto tensor =
      DecodeTensor(proto, [&charged](int64_t bytes) { charged += bytes; });

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(charged, 2000);
}

// Memory of four floats at an offset from the alignment of tensors.
struct FloatsInMemory {
  explicit FloatsInMemory(size_t offset) : values(memory->bytes + offset) {
    const float floats[] = {1.5, 2.5, 3.5, 4.5};
    std::memcpy(values, floats, sizeof floats);
  }

  TensorValues Values() const {
    return {TensorValues::Field::kFloat, {values, 4 * sizeof(float)}, memory};
  }

  struct Aligned {
    alignas(64) char bytes[128];
  };
  std::shared_ptr<Aligned> memory = std::make_shared<Aligned>();
  char* const values;
};

TEST(DecodeTensorTest, AlignedValuesWithAnOwnerAreTheMemoryOfTheTensor) {
  int64_t charged = 0;
  FloatsInMemory floats(64);
  const auto tensor =
      DecodeTensor(Proto(tensorflow::DT_FLOAT, {2, 2}), floats.Values(),
                   [&charged](int64_t bytes) { charged += bytes; });
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->data(), floats.values);
  EXPECT_EQ(charged, 0);
  floats.memory.reset();
  EXPECT_EQ(tensor->DebugString(),
            "Tensor<type: float shape: [2,2] values: [1.5 2.5][3.5...]...>");
}

TEST(DecodeTensorTest, TensorFlowDoesNotWriteToTheMemoryOfARequest) {
  const FloatsInMemory floats(0);
  const auto tensor =
      DecodeTensor(Proto(tensorflow::DT_FLOAT, {4}), floats.Values());
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  // Operations reuse the memory of an input only if this is true.
  EXPECT_FALSE(tensor->RefCountIsOne());
}

TEST(DecodeTensorTest, CopiesValuesWithoutAlignmentOrOwner) {
  const FloatsInMemory shifted(4);
  const FloatsInMemory aligned(0);
  TensorValues unowned = aligned.Values();
  unowned.owner = nullptr;
  for (const TensorValues& values : {shifted.Values(), unowned}) {
    int64_t charged = 0;
    const auto tensor =
        DecodeTensor(Proto(tensorflow::DT_FLOAT, {4}), values,
                     [&charged](int64_t bytes) { charged += bytes; });
    ASSERT_TRUE(tensor.ok()) << tensor.status();
    EXPECT_NE(tensor->data(), values.bytes.data());
    EXPECT_EQ(tensor->flat<float>()(3), 4.5);
    EXPECT_EQ(charged, 16);
  }
}

TEST(DecodeTensorTest, ChargesTheTextOfStrings) {
  TensorProto proto = Proto(tensorflow::DT_STRING, {2});
  proto.add_string_val(std::string(1000, 'x'));
  proto.add_string_val("short");
  int64_t charged = 0;

  const auto tensor =
      DecodeTensor(proto, [&charged](int64_t bytes) { charged += bytes; });

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(charged, MemoryOf(*tensor));
}

}  // namespace
}  // namespace tfs3
