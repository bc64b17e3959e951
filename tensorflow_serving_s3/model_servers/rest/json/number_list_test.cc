// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/number_list.h"

#include <gtest/gtest.h>

#ifdef __x86_64__

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {
namespace {

constexpr std::string_view kBefore =
    "{\"signature_name\": \"s\", \"instances\": ";

// A text and a list that reads it.
template <typename T>
struct Reader {
  explicit Reader(const std::string& json)
      : body(std::string(kBefore) + json),
        end(body.data() + body.size()),
        list(body.data(), end),
        p(body.data() + kBefore.size()),
        values(body.size()) {}

  int64_t ReadNumbers(int64_t limit) {
    return list.ReadNumbers(&p, values.data(), values.data() + limit);
  }
  int64_t ReadRows(int64_t row_size, int64_t limit) {
    return list.ReadRows(&p, row_size, values.data(), values.data() + limit);
  }
  std::string_view rest() const { return std::string_view(p, end - p); }

  net::PaddedBuffer body;
  const char* end;
  NumberList<T> list;
  const char* p;
  std::vector<T> values;
};

// Returns a number or, rarely, another value.
std::string RandomValue(std::mt19937* random, int unusual_percent) {
  if (static_cast<int>((*random)() % 100) < unusual_percent) {
    constexpr std::string_view kUnusual[] = {
        "1e5",   "-2.5E-3", "NaN",  "-Infinity", "123456789012345678901234",
        "1e-50", "0.1e+1",  "\"\"", "null",      "01",
        "1.",    ".5",      "[1]",  "1 2",       "-"};
    return std::string(kUnusual[(*random)() % std::size(kUnusual)]);
  }
  char shown[64];
  const double number = static_cast<double>((*random)()) / 4e9 - 0.3;
  const int digits = static_cast<int>((*random)() % 19);
  std::snprintf(shown, sizeof shown, "%.*f", digits, number);
  return shown;
}

std::string RandomSpace(std::mt19937* random, bool regular) {
  constexpr std::string_view kSpaces[] = {"", " ", "\n", "\t ", "\n      "};
  return std::string(regular ? " " : kSpaces[(*random)() % 5]);
}

// Reads numbers one after the other, as a reference.
template <typename T>
std::vector<T> ReadSlowly(const char** p, size_t limit) {
  std::vector<T> values;
  const char* token = *p;
  while (values.size() < limit) {
    T value;
    const char* end;
    token = SkipSpace(token);
    if (ParseJsonNumber(token, &value, &end) != NumberError::kNone) {
      break;
    }
    values.push_back(value);
    *p = SkipSpace(end);
    if (**p != ',') {
      break;
    }
    token = *p + 1;
  }
  return values;
}

template <typename T>
void ExpectTheNumbersOf(const std::string& json, int64_t limit) {
  Reader<T> reader(json);
  const char* p = reader.p;
  size_t total = 0;
  ASSERT_TRUE(reader.list.MayRead(p));
  while (reader.end - reader.p >= 256) {
    const char* const before = reader.p;
    const int64_t count = reader.ReadNumbers(limit);
    const std::vector<T> expected = ReadSlowly<T>(&p, count);
    ASSERT_EQ(expected.size(), count) << before;
    ASSERT_EQ(reader.p - before, p - before) << before;
    // Compares bytes, because NaN is not equal to NaN.
    for (int64_t i = 0; i < count; ++i) {
      ASSERT_EQ(std::memcmp(&reader.values[i], &expected[i], sizeof(T)), 0)
          << reader.values[i] << " is not " << expected[i] << ": " << before;
    }
    total += count;
    // Continues after the comma, or after a value that is not a number.
    while (p < reader.end && *p != ',') {
      ++p;
    }
    reader.p = p = SkipSpace(p + 1);
  }
  EXPECT_GT(total, 100);
}

TEST(NumberListTest, ReadsTheSameNumbersAsOneAfterTheOther) {
  std::mt19937 random(1);
  for (const int unusual_percent : {0, 1, 5, 30, 100}) {
    for (const bool regular : {true, false}) {
      for (const int64_t limit : {1, 7, 100'000}) {
        std::string json;
        for (int i = 0; i < 3000; ++i) {
          json += RandomValue(&random, unusual_percent);
          json += RandomSpace(&random, regular && random() % 100 != 0) + ",";
          json += RandomSpace(&random, regular);
        }
        ExpectTheNumbersOf<float>(json, limit);
        ExpectTheNumbersOf<double>(json, limit);
      }
    }
  }
}

TEST(NumberListTest, ReadsUsualNumbersInOneCall) {
  std::string json;
  for (int i = 0; i < 1000; ++i) {
    json += std::to_string(i / 8.0) + ", ";
  }
  Reader<float> reader(json + "7]}");
  ASSERT_TRUE(reader.list.MayRead(reader.p));
  EXPECT_EQ(reader.ReadNumbers(2000), 1001);
  EXPECT_EQ(reader.rest(), "]}");
  EXPECT_EQ(reader.values[999], 999 / 8.0f);
}

TEST(NumberListTest, StopsAtTheLimitAndAtOtherValues) {
  const std::string more(300, ' ');
  Reader<float> limited("1, 2, 3]" + more);
  EXPECT_EQ(limited.ReadNumbers(2), 2);
  EXPECT_EQ(limited.rest().substr(0, 4), ", 3]");
  Reader<float> full("1, 2]" + more);
  EXPECT_EQ(full.ReadNumbers(0), 0);
  EXPECT_EQ(full.rest().substr(0, 2), "1,");
  for (const std::string other : {"null", "[3]", "]", "-", "3x", "1.2.3"}) {
    Reader<float> stopped("1, 2 , " + other + "]" + more);
    EXPECT_EQ(stopped.ReadNumbers(10), 2);
    EXPECT_EQ(stopped.rest().substr(0, 3 + other.size()), ", " + other + "]");
    Reader<float> nothing(other + "]" + more);
    EXPECT_EQ(nothing.ReadNumbers(10), 0);
    EXPECT_EQ(nothing.rest().substr(0, other.size()), other);
  }
}

TEST(NumberListTest, ReadsRows) {
  std::mt19937 random(1);
  for (const bool regular : {true, false}) {
    for (const int64_t row_size : {1, 3, 100}) {
      std::string json;
      std::vector<float> expected;
      for (int row = 0; row < 50; ++row) {
        const auto space = [&] { return RandomSpace(&random, regular); };
        json += (row == 0 ? "[" : "," + space() + "[") + space();
        for (int i = 0; i < row_size; ++i) {
          json += i == 0 ? "" : "," + space();
          json += std::to_string(row * row_size + i) + ".5";
          expected.push_back(static_cast<float>(row * row_size + i) + 0.5f);
        }
        json += "]";
      }
      Reader<float> reader(json + "]}");
      int64_t rows = 0;
      // With unusual space, a call may read fewer rows.
      while (reader.list.MayRead(reader.p)) {
        const int64_t count = reader.list.ReadRows(
            &reader.p, row_size, reader.values.data() + rows * row_size,
            reader.values.data() + reader.values.size());
        ASSERT_GT(count, 0) << reader.rest();
        rows += count;
        if (*reader.p != ',') {
          break;
        }
        reader.p = SkipSpace(reader.p + 1);
      }
      reader.values.resize(rows * row_size);
      expected.resize(rows * row_size);
      EXPECT_EQ(reader.values, expected);
      EXPECT_GT(rows, row_size == 1 ? 10 : 45);
      if (regular) {
        EXPECT_EQ(rows, 50);
      }
    }
  }
}

TEST(NumberListTest, ReadsOnlyRowsOfTheSize) {
  const std::string more(300, ' ');
  for (const std::string other :
       {"[5, 6, 7]", "[5]", "[]", "[5, [6]]", "[5, null]", "[5 6]", "[5, 6,]",
        "[5, 6}", "5", "[[5, 6]]", "[5, -]", "[5, 6, ]"}) {
    Reader<float> reader("[1, 2], [3, 4], " + other + "]" + more);
    EXPECT_EQ(reader.ReadRows(2, 100), 2) << other;
    EXPECT_EQ(reader.rest().substr(0, 3 + other.size()), ", " + other + "]");
  }
  Reader<float> limited("[1, 2], [3, 4], [5, 6]]" + more);
  EXPECT_EQ(limited.ReadRows(2, 5), 2);
  EXPECT_EQ(limited.rest().substr(0, 9), ", [5, 6]]");
}

TEST(NumberListTest, NeedsTextBeforeTheNumber) {
  const std::string text(300, '1');
  const char* const begin = text.data();
  NumberList<float> list(begin, begin + text.size());
  EXPECT_FALSE(list.MayRead(begin + kIndexedNumberReach - 1));
  EXPECT_TRUE(list.MayRead(begin + kIndexedNumberReach));
}

TEST(NumberListTest, ShortTextIsNotWorthAnIndex) {
  Reader<float> reader("1, 2, 3, 4]}");
  EXPECT_FALSE(reader.list.MayRead(reader.p));
}

TEST(NumberListTest, PausesAfterUnusualNumbers) {
  for (const std::string_view number : {"1.5e3, ", "NaN, "}) {
    std::string json;
    for (int i = 0; i < 1000; ++i) {
      json += number;
    }
    Reader<float> reader(json + "1]}");
    ASSERT_TRUE(reader.list.MayRead(reader.p));
    EXPECT_EQ(reader.ReadNumbers(2000), 5) << number;
    int pause = 0;
    while (!reader.list.MayRead(reader.p)) {
      ++pause;
    }
    EXPECT_EQ(pause, 64) << number;
  }
}

TEST(NumberListTest, OtherTypesAreReadByTheCaller) {
  Reader<int32_t> reader("1, 2, 3]" + std::string(300, ' '));
  EXPECT_FALSE(reader.list.MayRead(reader.p));
  EXPECT_EQ(reader.ReadNumbers(10), 0);
  EXPECT_EQ(reader.ReadRows(1, 10), 0);
}

}  // namespace
}  // namespace tfs3::rest

#endif  // __x86_64__
