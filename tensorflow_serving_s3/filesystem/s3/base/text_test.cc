// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tfs3 {
namespace s3 {
namespace {

TEST(ParseUnsignedTest, AcceptsDecimalDigits) {
  EXPECT_EQ(ParseUnsigned("0"), 0u);
  EXPECT_EQ(ParseUnsigned("0042"), 42u);
  EXPECT_EQ(ParseUnsigned("999999999999999999"), 999999999999999999u);
}

TEST(ParseUnsignedTest, RejectsOtherTexts) {
  for (const char* const text : {"", " ", "1 ", " 1", "-1", "+1", "1k", "0x10",
                                 "1.0", "1000000000000000000"}) {
    EXPECT_EQ(ParseUnsigned(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(HexValueTest, ReturnsTheValueOfTheDigit) {
  EXPECT_EQ(HexValue('0'), 0);
  EXPECT_EQ(HexValue('9'), 9);
  EXPECT_EQ(HexValue('a'), 10);
  EXPECT_EQ(HexValue('F'), 15);
  for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0'}) {
    EXPECT_EQ(HexValue(c), -1) << c;
  }
}

TEST(LowercaseTest, ChangesOnlyAsciiLetters) {
  EXPECT_EQ(Lowercase("NO_Proxy=[@`{ \xC3\x84"), "no_proxy=[@`{ \xC3\x84");
}

TEST(TrimmedTest, RemovesWhiteSpaceAtBothEnds) {
  EXPECT_EQ(Trimmed("\r\n\t a b \n"), "a b");
  EXPECT_EQ(Trimmed("a"), "a");
  EXPECT_EQ(Trimmed(" \n"), "");
  EXPECT_EQ(Trimmed(""), "");
}

TEST(PercentDecodedTest, DecodesOnlyValidEscapes) {
  struct Case {
    std::string encoded, decoded, decoded_form;
  };
  const std::vector<Case> cases = {
      {"", "", ""},
      {"a%20b%2Bc", "a b+c", "a b+c"},
      {"a+b", "a+b", "a b"},
      {"%C3%BC%c3%bc", "\xc3\xbc\xc3\xbc", "\xc3\xbc\xc3\xbc"},
      {"%41", "A", "A"},
      {"%", "%", "%"},
      {"%4", "%4", "%4"},
      {"%G1%1G", "%G1%1G", "%G1%1G"},
      {"%%41", "%A", "%A"},
      {"%2541", "%41", "%41"},
      {"%00x", std::string("\0x", 2), std::string("\0x", 2)},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(PercentDecoded(c.encoded), c.decoded) << c.encoded;
    EXPECT_EQ(PercentDecoded(c.encoded, PlusSign::kSpace), c.decoded_form)
        << c.encoded;
  }
}

TEST(OneLineTest, ReplacesControlCharacters) {
  EXPECT_EQ(OneLine("a\nb\tc\x1b[0m \r\n\t "), "a b c [0m");
  EXPECT_EQ(OneLine(" \n"), "");
}

TEST(OneLineTest, TruncatesLongTexts) {
  EXPECT_EQ(OneLine(std::string(1000, 'x')), std::string(200, 'x'));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
