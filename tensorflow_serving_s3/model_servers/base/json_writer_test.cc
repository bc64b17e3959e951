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

TEST(JsonWriterTest, LogStringsEscapeLineEndsAndTerminalControls) {
  struct Case {
    std::string_view text;
    std::string_view escaped;
  };
  const Case cases[] = {
      {"\x1b[2J", "\\u001b[2J"},
      {"\x7f", "\\u007f"},
      {"\xc2\x80", "\\u0080"},
      {"\xc2\x85", "\\u0085"},
      {"\xc2\x9f", "\\u009f"},
      {"\xe2\x80\xa8", "\\u2028"},
      {"\xe2\x80\xa9", "\\u2029"},
      {"\xe2\x80\xae", "\\u202e"},
      {"\xe2\x81\xa6", "\\u2066"},
      {"\xe2\x81\xa9", "\\u2069"},
      {"a\nb", "a\\nb"},
      // These stay.
      {"\xc2\xa0", "\xc2\xa0"},
      {"\xe2\x80\xa7", "\xe2\x80\xa7"},
      {"\xe2\x80\xaf", "\xe2\x80\xaf"},
      {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
  };
  for (const Case& c : cases) {
    std::string text;
    AppendLogText(c.text, &text);
    EXPECT_EQ(text, c.escaped);
    std::string json;
    AppendJsonLogString(c.text, &json);
    EXPECT_EQ(json, "\"" + std::string(c.escaped) + "\"");
  }
}

TEST(JsonWriterTest, LogTextKeepsQuotesBackslashesAndTabs) {
  std::string text;
  AppendLogText("say \"a\\b\"\t!", &text);
  EXPECT_EQ(text, "say \"a\\b\"\t!");
}

TEST(JsonWriterTest, WellFormedUtf8IsUnchanged) {
  EXPECT_EQ(Quoted("h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "\"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}

TEST(JsonWriterTest, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(Quoted("a\xff"
                   "b\xc3"),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
}

TEST(JsonWriterTest, ChecksUtf8AsTheStandardDefinesIt) {
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
      {"\x80", false},              // continuation byte first
      {"\xc2", false},              // incomplete
      {"\xe2\x82", false},          // incomplete
      {"\xf0\x9f\x98", false},      // incomplete
      {"\xc1\xbf", false},          // overlong
      {"\xe0\x9f\xbf", false},      // overlong
      {"\xf0\x8f\xbf\xbf", false},  // overlong
      {"\xed\xa0\x80", false},      // surrogate
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

TEST(JsonWriterTest, BytesAreBase64Objects) {
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

TEST(JsonWriterTest, FloatsAreTheShortestTextThatParsesToTheSameValue) {
  EXPECT_EQ(Number(0.1f), "0.1");
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(Number(1.0f / 3), "0.33333334");
  EXPECT_EQ(Number(5e-324), "5e-324");
  EXPECT_EQ(Number(std::numeric_limits<float>::max()), "3.4028235e+38");
}

TEST(JsonWriterTest, NanAndInfinityHaveNoQuotes) {
  EXPECT_EQ(Number(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(Number(std::numeric_limits<float>::infinity()), "Infinity");
  EXPECT_EQ(Number(-std::numeric_limits<float>::infinity()), "-Infinity");
}

TEST(JsonWriterTest, IntegersAreExactAtTheirLimits) {
  EXPECT_EQ(Number(std::numeric_limits<int64_t>::min()),
            "-9223372036854775808");
  EXPECT_EQ(Number(std::numeric_limits<uint64_t>::max()),
            "18446744073709551615");
}

}  // namespace
}  // namespace tfs3
