// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace tfs3::rest {
namespace {

template <typename T>
NumberError Parse(const std::string& text, T* value) {
  const std::string padded = text + "," + std::string(64, '\0');
  return ParseJsonNumber(padded.data(), value);
}

template <typename T>
T Value(const std::string& text) {
  T value{};
  EXPECT_EQ(Parse(text, &value), NumberError::kNone) << text;
  return value;
}

template <typename T>
NumberError Error(const std::string& text) {
  T value{};
  return Parse(text, &value);
}

template <typename T, typename Bits>
Bits BitsOf(T value) {
  Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

TEST(JsonNumberTest, OtherTextIsASyntaxError) {
  for (const char* text :
       {"",      "-",     "+1",   ".5",   "5.",    "01",      "-01",
        "1e",    "1e+",   "1.e5", "0x10", "1a",    "1.2.3",   "--1",
        "nan",   "inf",   "INF",  "NaNs", "+NaN",  "Infinit", "true",
        "\"1\"", "1_000", "Infi", "NInf", "NaNe2", "NaN.5",   "Inf.5"}) {
    EXPECT_EQ(Error<float>(text), NumberError::kSyntax) << text;
    EXPECT_EQ(Error<double>(text), NumberError::kSyntax) << text;
    EXPECT_EQ(Error<int32_t>(text), NumberError::kSyntax) << text;
  }
}

TEST(JsonNumberTest, NaNAndInfinityAreOnlyFloats) {
  EXPECT_TRUE(std::isnan(Value<float>("NaN")));
  EXPECT_EQ(Value<double>("Infinity"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Value<float>("-Infinity"), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(Value<double>("-NaN")));
  EXPECT_EQ(Value<float>("Inf"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(Value<double>("-Inf"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(Error<int64_t>("NaN"), NumberError::kSyntax);
}

TEST(JsonNumberTest, IntegersHaveNoFractionAndNoExponent) {
  for (const char* text :
       {"1.0", "1e3", "-0.5", "1E2", "123456789012345678901234567890.5"}) {
    EXPECT_EQ(Error<int32_t>(text), NumberError::kNotWhole) << text;
  }
}

TEST(JsonNumberTest, IntegersAreCheckedAgainstTheRangeOfTheirType) {
  EXPECT_EQ(Value<int8_t>("127"), 127);
  EXPECT_EQ(Value<int8_t>("-128"), -128);
  EXPECT_EQ(Error<int8_t>("128"), NumberError::kRange);
  EXPECT_EQ(Error<int8_t>("-129"), NumberError::kRange);
  EXPECT_EQ(Value<uint8_t>("255"), 255);
  EXPECT_EQ(Value<uint8_t>("-0"), 0);
  EXPECT_EQ(Error<uint8_t>("256"), NumberError::kRange);
  EXPECT_EQ(Error<uint8_t>("-1"), NumberError::kRange);
  EXPECT_EQ(Error<int16_t>("32768"), NumberError::kRange);
  EXPECT_EQ(Error<uint16_t>("65536"), NumberError::kRange);
  EXPECT_EQ(Error<int32_t>("2147483648"), NumberError::kRange);
  EXPECT_EQ(Error<uint32_t>("4294967296"), NumberError::kRange);
  EXPECT_EQ(Value<int64_t>("9223372036854775807"),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Value<int64_t>("-9223372036854775808"),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Error<int64_t>("9223372036854775808"), NumberError::kRange);
  EXPECT_EQ(Error<int64_t>("-9223372036854775809"), NumberError::kRange);
  EXPECT_EQ(Value<uint64_t>("18446744073709551615"),
            std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(Error<uint64_t>("18446744073709551616"), NumberError::kRange);
  EXPECT_EQ(Error<uint64_t>("100000000000000000000000000000000"),
            NumberError::kRange);
}

TEST(JsonNumberTest, FloatsOutOfRangeAreInfiniteOrZero) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Value<float>("1e39"), kInfinity);
  EXPECT_EQ(Value<float>("-3.5e38"), -kInfinity);
  EXPECT_EQ(Value<float>("3.4028236e38"), kInfinity);
  EXPECT_EQ(Value<float>("340282360000000000000000000000000000000"), kInfinity);
  EXPECT_EQ(Value<float>("1e308"), kInfinity);
  EXPECT_EQ(Value<float>("1e-45"), std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(Value<float>("1e-60"), 0.0f);
  EXPECT_EQ(Value<double>("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(Value<double>("-1e-999999999999999999999")));
}

TEST(JsonNumberTest, NumbersThatRapidJsonRefusesAreErrors) {
  for (const char* text :
       {"1e309", "-1e309", "0e309", "0.0e310", "-1e999999999999999999999"}) {
    EXPECT_EQ(Error<float>(text), NumberError::kRange) << text;
    EXPECT_EQ(Error<double>(text), NumberError::kRange) << text;
  }
  EXPECT_EQ(Error<int32_t>("1e309"), NumberError::kRange);
  EXPECT_EQ(Error<double>("1" + std::string(309, '0')), NumberError::kRange);
  // RapidJSON counts exponents from the end of the fraction.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Value<double>("2e308"), kInfinity);
  EXPECT_EQ(Value<double>("-1.8e308"), -kInfinity);
  EXPECT_EQ(Value<double>("1.0e309"), kInfinity);
  EXPECT_EQ(Value<double>("0.1e309"), 1e308);
  EXPECT_EQ(Value<double>("0.0e309"), 0.0);
  EXPECT_EQ(Value<double>("1" + std::string(308, '0')), 1e308);
}

TEST(JsonNumberTest, ZerosAfterThePointLowerTheExponent) {
  const std::string zeros(1000, '0');
  EXPECT_EQ(Value<double>("0." + zeros + "e500"), 0.0);
  EXPECT_EQ(Value<float>("0." + zeros + "e1010"), 0.0f);
  EXPECT_EQ(Value<double>("0." + zeros + "1e500"), 0.0);
  EXPECT_TRUE(std::signbit(Value<double>("-0." + zeros + "1e600")));
  EXPECT_EQ(Value<double>("0." + zeros + "1e1001"), 1.0);
  EXPECT_EQ(Error<double>("0." + zeros + "1e1400"), NumberError::kRange);
}

TEST(JsonNumberTest, FindsEveryEndOfAValue) {
  for (const char* end : {",", "]", "}", " ", "\n", "\r", "\t"}) {
    const std::string text = std::string("12.5") + end + std::string(64, '\0');
    float value = 0;
    EXPECT_EQ(ParseJsonNumber(text.data(), &value), NumberError::kNone)
        << testing::PrintToString(end);
    EXPECT_EQ(value, 12.5f);
  }
}

// Numbers up to 15 characters with one digit before the point are read in one
// step.
TEST(JsonNumberTest, FractionsOfEachLengthHaveTheirValue) {
  const std::string digits = "02468135790246813579";
  for (const std::string whole : {"0.", "-0.", "7.", "-7.", "17.", "-123."}) {
    for (size_t size = 1; size < digits.size(); ++size) {
      for (size_t begin = 0; begin + size <= digits.size(); ++begin) {
        const std::string text = whole + digits.substr(begin, size);
        EXPECT_EQ(Value<float>(text), std::strtof(text.c_str(), nullptr))
            << text;
        EXPECT_EQ(Value<double>(text), std::strtod(text.c_str(), nullptr))
            << text;
      }
    }
  }
}

TEST(JsonNumberTest, FractionsWithOtherCharactersAreSyntaxErrors) {
  for (const std::string number : {"0.5", "-1.25", "0.8375754363"}) {
    for (size_t at = 0; at <= number.size(); ++at) {
      for (const char other : {'.', '-', '/', ':', 'x', '+', '\0', '\x80'}) {
        std::string text = number;
        text.insert(text.begin() + at, other);
        if (text[0] == '-' && number[0] != '-') {
          continue;  // A number.
        }
        EXPECT_EQ(Error<float>(text), NumberError::kSyntax) << text;
      }
    }
  }
}

TEST(JsonNumberTest, RoundsHardCasesCorrectly) {
  for (const char* text : {"0",
                           "-0",
                           "0.0",
                           "-0.0",
                           "1",
                           "0.1",
                           "16777217",
                           "16777219",
                           "33554435",
                           "9007199254740993",
                           "9007199254740995.0",
                           "1.00000005960464477539062500000000000000001",
                           "1.000000059604644775390625",
                           "1.0000000596046447753906249999999",
                           "2.2250738585072011e-308",
                           "1.7976931348623157e308",
                           "4.9406564584124654e-324",
                           "8.10109172351e-10",
                           "1.5e-05",
                           "123456789012345678",
                           "1234567890123456789",
                           "12345678901234567890",
                           "123456789012345678901",
                           "0.00392156862745098",
                           "0.000000000000000000000000000000000000011754943",
                           "3.4028235e38",
                           "3.4028235677973362e38",
                           "1e22",
                           "1e23",
                           "1e-22",
                           "1e-23",
                           "123456789.123456789",
                           "0.30000000000000004"}) {
    EXPECT_EQ((BitsOf<double, uint64_t>(Value<double>(text))),
              (BitsOf<double, uint64_t>(std::strtod(text, nullptr))))
        << text;
    EXPECT_EQ((BitsOf<float, uint32_t>(Value<float>(text))),
              (BitsOf<float, uint32_t>(std::strtof(text, nullptr))))
        << text;
  }
}

TEST(JsonNumberTest, RoundsRandomNumbersLikeTheStandardLibrary) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::printf("seed %u\n", seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    // Any number of digits, a point at any position, sometimes an exponent.
    std::string text = random() % 2 ? "-" : "";
    const int digits = 1 + random() % 22;
    const int point = random() % 24;
    for (int d = 0; d < digits; ++d) {
      text += static_cast<char>('0' + (d == 0 && digits > 1 && point != 1
                                           ? 1 + random() % 9
                                           : random() % 10));
      if (d + 1 == point && d + 1 < digits) {
        text += '.';
      }
    }
    if (random() % 3 == 0) {
      text += "e" + std::to_string(static_cast<int>(random() % 90) - 45);
    }
    EXPECT_EQ(Value<double>(text), std::strtod(text.c_str(), nullptr)) << text;
    EXPECT_EQ(Value<float>(text), std::strtof(text.c_str(), nullptr)) << text;
  }
}

}  // namespace
}  // namespace tfs3::rest
