// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace tfs3 {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

template <typename T>
std::string Number(T value) {
  std::string out;
  AppendJsonNumber(value, &out);
  return out;
}

TEST(JsonWriterTest, StringsAreEscaped) {
  EXPECT_EQ(Quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\x7f", 3)),
            "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(Quoted(""), "\"\"");
}

TEST(JsonWriterTest, WellFormedUtf8StaysAsItIs) {
  EXPECT_EQ(Quoted("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST(JsonWriterTest, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(Quoted("a\xff"
                   "b\xc3"),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
}

TEST(JsonWriterTest, Utf8IsCheckedAsTheStandardDefinesIt) {
  struct Case {
    std::string_view text;
    bool valid;
  };
  const Case cases[] = {
      {"", true},
      {"plain text longer than a word", true},
      {"\xc2\x80", true},
      {"\xdf\xbf", true},
      {"\xe0\xa0\x80", true},
      {"\xed\x9f\xbf", true},
      {"\xef\xbf\xbf", true},
      {"\xf0\x90\x80\x80", true},
      {"\xf4\x8f\xbf\xbf", true},
      {"\x80", false},              // a continuation without a start
      {"\xc2", false},              // cut short
      {"\xe2\x82", false},          // cut short
      {"\xf0\x9f\x98", false},      // cut short
      {"\xc1\xbf", false},          // overlong
      {"\xe0\x9f\xbf", false},      // overlong
      {"\xf0\x8f\xbf\xbf", false},  // overlong
      {"\xed\xa0\x80", false},      // a surrogate
      {"\xf4\x90\x80\x80", false},  // above U+10FFFF
      {"\xf5\x80\x80\x80", false},
      {"\xff", false},
      {"0123456\xff", false},
      {"01234567\xff", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(IsValidUtf8(c.text), c.valid) << testing::PrintToString(c.text);
  }
}

TEST(JsonWriterTest, BytesAreWrittenAsBase64Objects) {
  std::string out;
  AppendJsonBase64("\xff\xfe hi", &out);
  EXPECT_EQ(out, R"({"b64": "//4gaGk="})");
}

TEST(JsonWriterTest, WholeFloatsKeepTheirFraction) {
  EXPECT_EQ(Number(3.0f), "3.0");
  EXPECT_EQ(Number(-0.0f), "-0.0");
  EXPECT_EQ(Number(100.0), "100.0");
  EXPECT_EQ(Number(1e20), "1e+20");
}

TEST(JsonWriterTest, FloatsAreWrittenInTheShortestFormThatReadsBack) {
  EXPECT_EQ(Number(0.1f), "0.1");
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(Number(1.0f / 3), "0.33333334");
  EXPECT_EQ(Number(5e-324), "5e-324");
  EXPECT_EQ(Number(std::numeric_limits<float>::max()), "3.4028235e+38");
}

TEST(JsonWriterTest, SpecialFloatsStandBare) {
  EXPECT_EQ(Number(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(Number(std::numeric_limits<float>::infinity()), "Infinity");
  EXPECT_EQ(Number(-std::numeric_limits<float>::infinity()), "-Infinity");
}

TEST(JsonWriterTest, IntegersAreExactToTheirLimits) {
  EXPECT_EQ(Number(std::numeric_limits<int64_t>::min()),
            "-9223372036854775808");
  EXPECT_EQ(Number(std::numeric_limits<uint64_t>::max()),
            "18446744073709551615");
}

}  // namespace
}  // namespace tfs3
