// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

#include <string>

#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::tstring;

TEST(MemoryChargeTest, CountsTheElementsOfATensor) {
  EXPECT_EQ(MemoryOf(Tensor(tensorflow::DT_FLOAT, TensorShape({10, 2}))), 80);
  EXPECT_EQ(MemoryOf(Tensor(tensorflow::DT_HALF, TensorShape({10}))), 20);
  EXPECT_EQ(MemoryOf(Tensor(tensorflow::DT_INT64, TensorShape({0}))), 0);
}

TEST(MemoryChargeTest, CountsTheTextOfLongStrings) {
  Tensor strings(tensorflow::DT_STRING, TensorShape({2}));
  strings.flat<tstring>()(0) = "short";
  strings.flat<tstring>()(1) = std::string(1000, 'x');

  EXPECT_GE(MemoryOf(strings), 2 * 24 + 1000);
  EXPECT_LE(MemoryOf(strings), 2 * 24 + 1000 + 32);
}

TEST(MemoryChargeTest, DoesNothingWithoutACharge) {
  ChargeMemory(nullptr, int64_t{1} << 50);
}

}  // namespace
}  // namespace tfs3
