// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/object_info.h"

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(ParseTimeTest, ReadsTheFormsOfListingsAndHeaders) {
  constexpr int64_t kSecond = 1000000000;
  EXPECT_EQ(ParseTime("2026-01-31T12:00:01Z"), 1769860801 * kSecond);
  EXPECT_EQ(ParseTime("2026-01-31T12:00:01.000Z"), 1769860801 * kSecond);
  EXPECT_EQ(ParseTime("2026-01-31T12:00:01.987Z"), 1769860801 * kSecond);
  EXPECT_EQ(ParseTime("Sat, 31 Jan 2026 12:00:01 GMT"), 1769860801 * kSecond);
}

TEST(ParseTimeTest, AnythingElseIsNoTime) {
  EXPECT_EQ(ParseTime(""), 0);
  EXPECT_EQ(ParseTime("yesterday"), 0);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
