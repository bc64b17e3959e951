// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/indexed_number.h"

#include <gtest/gtest.h>

#ifdef __x86_64__

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>

namespace tfs3::rest {
namespace {

// A number must not see this text before it.
constexpr std::string_view kBefore = "{\"x\": [-1.5, 0.25, 1234567.12345678, ";

template <typename T>
TFS3_AVX bool CallRead(const char* token, const char* end, T* value) {
  return ReadIndexedNumber(token, end, value);
}

// Returns the number `text`, or nothing if it is unusual.
template <typename T>
std::optional<T> Read(const std::string& text) {
  const std::string padded = std::string(kBefore) + text + ",";
  const char* const token = padded.data() + kBefore.size();
  T value;
  return CallRead(token, token + text.size(), &value) ? std::optional(value)
                                                      : std::nullopt;
}

template <typename T>
std::optional<T> ReadSlowly(const std::string& text) {
  const std::string padded = text + "," + std::string(64, '\0');
  T value;
  const char* end;
  const bool is_number =
      ParseJsonNumber(padded.data(), &value, &end) == NumberError::kNone &&
      end == padded.data() + text.size();
  return is_number ? std::optional(value) : std::nullopt;
}

template <typename T>
bool AreSame(T a, T b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

// Expects the value of ParseJsonNumber, and no value for other text. `is_usual`
// tells whether a number must be read.
template <typename T>
void Expect(const std::string& text, bool is_usual) {
  const std::optional<T> expected = ReadSlowly<T>(text);
  const std::optional<T> value = Read<T>(text);
  if (!expected.has_value()) {
    EXPECT_FALSE(value.has_value()) << text;
  } else if (value.has_value()) {
    EXPECT_TRUE(AreSame(*value, *expected)) << text << " is " << *value;
  } else {
    EXPECT_FALSE(is_usual) << text;
  }
}

void ExpectBoth(const std::string& text, bool is_usual) {
  Expect<float>(text, is_usual);
  Expect<double>(text, is_usual);
}

TEST(IndexedNumberTest, ReadsAllShortNumbersAndNothingElse) {
  constexpr std::string_view kCharacters = "-.019x";
  std::string text;
  for (int size = 1; size <= 6; ++size) {
    const auto count = static_cast<int>(std::pow(kCharacters.size(), size));
    for (int number = 0; number < count; ++number) {
      text.clear();
      for (int rest = number; static_cast<int>(text.size()) < size;
           rest /= static_cast<int>(kCharacters.size())) {
        text += kCharacters[rest % kCharacters.size()];
      }
      ExpectBoth(text, true);
    }
  }
}

TEST(IndexedNumberTest, OtherCharactersAreNoNumbers) {
  for (const std::string number :
       {"5", "0.5", "-1.25", "0.837575436", "123456789012345",
        "0.4980392156862745", "-12.345678901234567", "0.003921568859368563"}) {
    ExpectBoth(number, number.size() < 16);
    for (size_t at = 0; at < number.size(); ++at) {
      for (int other = 0; other < 256; ++other) {
        std::string text = number;
        text[at] = static_cast<char>(other);
        ExpectBoth(text, false);
        text.insert(at, 1, number[at]);
        ExpectBoth(text, false);
      }
    }
  }
}

TEST(IndexedNumberTest, ReadsEachLengthWithThePointAtEachPosition) {
  std::mt19937 random(1);
  for (size_t digits = 1; digits <= 40; ++digits) {
    for (size_t point = 0; point <= digits; ++point) {
      for (int round = 0; round < 40; ++round) {
        std::string text;
        for (size_t i = 0; i < digits; ++i) {
          text += static_cast<char>('0' + random() % 10);
        }
        if (round % 4 == 0) {
          std::fill_n(text.begin(), std::min(digits, point + round % 3), '0');
        }
        if (point < digits) {
          text.insert(point, ".");
        }
        // 16 digits may be too many for a double. Whole numbers above 2^24 may
        // be in the middle between two floats.
        const bool is_usual =
            text.size() <= 15 ||
            (text.size() <= 19 && text.size() > 16 && point == 1 && digits > 1);
        Expect<float>(text, is_usual && point <= 7);
        Expect<double>(text, is_usual);
        Expect<float>("-" + text, is_usual && point <= 7);
        Expect<double>("-" + text, is_usual);
      }
    }
  }
}

TEST(IndexedNumberTest, RoundsTheMiddleBetweenTwoFloatsCorrectly) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    // Floats from 2^23 on are whole, and have the middle x.5.
    const std::string whole =
        std::to_string((uint32_t{1} << 23) + random() % (uint32_t{1} << 23));
    for (const char* fraction :
         {".5", ".50", ".5000001", ".4999999", ".500000000000001",
          ".499999999999999", ".50000000000000001"}) {
      ExpectBoth(whole + fraction, false);
    }
    // From 2^24 to 2^25, odd numbers are in the middle.
    ExpectBoth(std::to_string((1 << 24) + 1 + 2 * (random() % (1 << 23))),
               false);
  }
  for (const char* text :
       {"9007199254740992", "9007199254740993", "9007199254740995",
        "900719925474099.3", "9.007199254740993", "0.9007199254740993", "-0",
        "-0.0", "0.000000000000000000", "-0.00000000000000000000"}) {
    ExpectBoth(text, false);
  }
}

TEST(IndexedNumberTest, ReadsTheNumbersOfPythonClients) {
  for (int i = 0; i < 256; ++i) {
    for (const double number : {i / 255.0, static_cast<double>(i / 255.0f),
                                i / 255.0 - 0.5, i * 1.1f + 10.0}) {
      // The shortest text with the same value.
      std::string text;
      for (int digits = 1; text.empty() || std::stod(text) != number;
           ++digits) {
        char shown[64];
        std::snprintf(shown, sizeof shown, "%.*f", digits, number);
        text = shown;
      }
      Expect<float>(text, text.size() != 16);
      Expect<double>(text, text.size() > 17);
    }
  }
}

TEST(IndexedNumberTest, AnEndThatIsNotAfterTheNumberGivesNoValue) {
  const std::string text = std::string(kBefore) + "0.5, 0.75, 1.25]";
  const char* const token = text.data() + kBefore.size();
  float value;
  EXPECT_FALSE(CallRead(token, token, &value));
  EXPECT_FALSE(CallRead(token, token - 5, &value));
  EXPECT_FALSE(CallRead(token, static_cast<const char*>(nullptr), &value));
  EXPECT_FALSE(CallRead(token, token + 9, &value));  // two numbers
  ASSERT_TRUE(CallRead(token, token + 3, &value));
  EXPECT_EQ(value, 0.5f);
}

}  // namespace
}  // namespace tfs3::rest

#endif  // __x86_64__
