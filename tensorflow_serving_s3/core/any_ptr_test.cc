// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/any_ptr.h"

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

struct Base {};
struct Derived : Base {};

TEST(AnyPtrTest, ReturnsTheObjectAsItsType) {
  int object = 3;
  EXPECT_EQ(AnyPtr(&object).get<int>(), &object);
}

TEST(AnyPtrTest, ReturnsNullForAnotherType) {
  Derived object;
  const AnyPtr any(&object);
  EXPECT_EQ(any.get<Base>(), nullptr);
  EXPECT_EQ(any.get<const Derived>(), nullptr);
  EXPECT_EQ(any.get<int>(), nullptr);
}

TEST(AnyPtrTest, KeepsConst) {
  const int object = 3;
  EXPECT_EQ(AnyPtr(&object).get<const int>(), &object);
  EXPECT_EQ(AnyPtr(&object).get<int>(), nullptr);
}

TEST(AnyPtrTest, IsTrueOnlyWithAnObject) {
  int object = 3;
  EXPECT_TRUE(AnyPtr(&object));
  EXPECT_FALSE(AnyPtr());
  EXPECT_FALSE(AnyPtr(nullptr));
}

}  // namespace
}  // namespace tfs3
