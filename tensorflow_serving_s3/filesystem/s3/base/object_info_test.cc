// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"

#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(ParseTimeTest, ParsesTheFormatsOfListingsAndHeaders) {
  constexpr int64_t kSecond = 1000000000;
  EXPECT_EQ(ParseTime("2026-01-31T12:00:01Z"), 1769860801 * kSecond);
  EXPECT_EQ(ParseTime("2026-01-31T12:00:01.000Z"), 1769860801 * kSecond);
  EXPECT_EQ(ParseTime("2026-01-31T12:00:01.987Z"), 1769860801 * kSecond);
  EXPECT_EQ(ParseTime("Sat, 31 Jan 2026 12:00:01 GMT"), 1769860801 * kSecond);
}

TEST(ParseTimeTest, ParsesTheFormatsOfOtherStores) {
  constexpr int64_t kSecond = 1000000000;
  for (const std::string text :
       {"2026-01-31T12:00:01.123456789Z", "2026-01-31T12:00:01+00:00",
        "2026-01-31T14:30:01+02:30", "2026-01-31T07:00:01.5-05:00",
        "2026-01-31T12:00:01", "2026-01-31T12:00:01.25", "20260131T120001Z",
        "2026-01-31t12:00:01z", "Sat, 31 Jan 2026 12:00:01 +0000"}) {
    EXPECT_EQ(ParseTime(text), 1769860801 * kSecond) << text;
  }
}

TEST(ParseTimeTest, OtherTextsAreZero) {
  EXPECT_EQ(ParseTime(""), 0);
  EXPECT_EQ(ParseTime("yesterday"), 0);
  EXPECT_EQ(ParseTime("20244444444444444444423Z"), 0);
  EXPECT_EQ(ParseTime("Sat, 31 Jan 20260 12:00:01 GMT"), 0);
}

TEST(ParseTimeTest, TimesOutsideTheRangeAreZero) {
  EXPECT_EQ(ParseTime("2262-04-11T23:47:16Z"), 9223372036 * 1000000000);
  EXPECT_EQ(ParseTime("2262-04-11T23:47:17Z"), 0);
  EXPECT_EQ(ParseTime("9999-12-31T23:59:59Z"), 0);
  EXPECT_EQ(ParseTime("1969-12-31T23:59:59Z"), 0);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
