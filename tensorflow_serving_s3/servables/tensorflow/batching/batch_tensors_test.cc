// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batch_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::ElementsAre;

Tensor Ints(const TensorShape& shape, const std::vector<int32_t>& values) {
  Tensor tensor(tensorflow::DT_INT32, shape);
  std::copy(values.begin(), values.end(), tensor.flat<int32_t>().data());
  return tensor;
}

Tensor Texts(const TensorShape& shape, const std::vector<std::string>& values) {
  Tensor tensor(tensorflow::DT_STRING, shape);
  std::copy(values.begin(), values.end(),
            tensor.flat<tensorflow::tstring>().data());
  return tensor;
}

std::vector<int32_t> Values(const Tensor& tensor) {
  const auto flat = tensor.flat<int32_t>();
  return {flat.data(), flat.data() + flat.size()};
}

std::vector<std::string> TextValues(const Tensor& tensor) {
  const auto flat = tensor.flat<tensorflow::tstring>();
  return {flat.data(), flat.data() + flat.size()};
}

TEST(ConcatRowsTest, ConcatenatesRows) {
  const Tensor a = Ints({1, 2}, {1, 2});
  const Tensor b = Ints({2, 2}, {3, 4, 5, 6});

  const Tensor batch = ConcatRows({&a, &b}, TensorShape({3, 2}));

  EXPECT_EQ(batch.shape(), TensorShape({3, 2}));
  EXPECT_THAT(Values(batch), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(ConcatRowsTest, ConcatenatesVectors) {
  const Tensor a = Ints({1}, {1});
  const Tensor b = Ints({2}, {2, 3});

  EXPECT_THAT(Values(ConcatRows({&a, &b}, TensorShape({3}))),
              ElementsAre(1, 2, 3));
}

TEST(ConcatRowsTest, ConcatenatesStrings) {
  const Tensor a = Texts({1}, {"a string longer than what is kept in place"});
  const Tensor b = Texts({2}, {"", "c"});

  EXPECT_THAT(
      TextValues(ConcatRows({&a, &b}, TensorShape({3}))),
      ElementsAre("a string longer than what is kept in place", "", "c"));
}

TEST(ConcatRowsTest, ConcatenatesUnalignedRows) {
  const Tensor a = Ints({3}, {1, 2, 3}).Slice(1, 3);
  const Tensor b = Texts({3}, {"a", "b", "c"}).Slice(1, 3);

  EXPECT_THAT(Values(ConcatRows({&a, &a}, TensorShape({4}))),
              ElementsAre(2, 3, 2, 3));
  EXPECT_THAT(TextValues(ConcatRows({&b, &b}, TensorShape({4}))),
              ElementsAre("b", "c", "b", "c"));
}

TEST(ConcatRowsTest, RepeatsTheFirstRowOfTheLastPart) {
  const Tensor a = Ints({1, 2}, {1, 2});
  const Tensor b = Ints({2, 2}, {3, 4, 5, 6});

  EXPECT_THAT(Values(ConcatRows({&a, &b}, TensorShape({5, 2}))),
              ElementsAre(1, 2, 3, 4, 5, 6, 3, 4, 3, 4));
}

TEST(ConcatRowsTest, PadsSmallerRowsWithZeros) {
  const Tensor a = Ints({1, 1, 2}, {1, 2});
  const Tensor b = Ints({1, 2, 1}, {3, 4});

  const Tensor batch = ConcatRows({&a, &b}, TensorShape({3, 2, 2}));

  EXPECT_THAT(Values(batch), ElementsAre(1, 2, 0, 0, 3, 0, 4, 0, 3, 0, 4, 0));
}

TEST(ConcatRowsTest, PadsSmallerRowsWithEmptyStrings) {
  const Tensor a = Texts({1, 1}, {"a"});
  const Tensor b = Texts({1, 2}, {"b", "c"});

  EXPECT_THAT(TextValues(ConcatRows({&a, &b}, TensorShape({2, 2}))),
              ElementsAre("a", "", "b", "c"));
}

TEST(ConcatRowsTest, ConcatenatesRowsWithoutElements) {
  const Tensor a(tensorflow::DT_INT32, TensorShape({2, 0}));
  const Tensor b = Ints({1, 2}, {1, 2});

  EXPECT_EQ(ConcatRows({&a, &a}, TensorShape({4, 0})).shape(),
            TensorShape({4, 0}));
  EXPECT_THAT(Values(ConcatRows({&a, &b}, TensorShape({3, 2}))),
              ElementsAre(0, 0, 0, 0, 1, 2));
}

TEST(SliceRowsTest, SlicesRowsAtEveryPosition) {
  std::vector<int32_t> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Tensor tensor = Ints({100}, numbers);

  for (int64_t begin = 0; begin < 100; ++begin) {
    const Tensor slice = SliceRows(tensor, begin, 100 - begin);

    EXPECT_TRUE(slice.IsAligned());
    EXPECT_EQ(Values(slice),
              std::vector<int32_t>(numbers.begin() + begin, numbers.end()));
  }
}

TEST(SliceRowsTest, SharesAlignedMemory) {
  const Tensor tensor(tensorflow::DT_FLOAT, TensorShape({4, 16}));

  EXPECT_TRUE(SliceRows(tensor, 2, 2).SharesBufferWith(tensor));
  EXPECT_TRUE(SliceRows(tensor, 0, 4).SharesBufferWith(tensor));
}

TEST(SliceRowsTest, SlicesStrings) {
  const Tensor tensor = Texts({3}, {"a", "b", "c"});

  EXPECT_THAT(TextValues(SliceRows(tensor, 1, 2)), ElementsAre("b", "c"));
}

TEST(RowShapeTest, IgnoresTheNumberOfRows) {
  EXPECT_TRUE(SameRowShape({1, 2, 3}, {9, 2, 3}));
  EXPECT_TRUE(SameRowShape({1}, {9}));
  EXPECT_FALSE(SameRowShape({1, 2, 3}, {1, 2, 4}));
  EXPECT_FALSE(SameRowShape({1, 2}, {1, 2, 1}));
}

TEST(RowShapeTest, NumbersAndStringsHaveRows) {
  EXPECT_TRUE(CanConcatRows(tensorflow::DT_HALF));
  EXPECT_TRUE(CanConcatRows(tensorflow::DT_STRING));
  EXPECT_FALSE(CanConcatRows(tensorflow::DT_VARIANT));
  EXPECT_FALSE(CanConcatRows(tensorflow::DT_RESOURCE));
}

}  // namespace
}  // namespace tfs3
