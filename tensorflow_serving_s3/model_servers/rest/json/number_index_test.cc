// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/number_index.h"

#include <gtest/gtest.h>

#ifdef __x86_64__

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace tfs3::rest {
namespace {

// Returns the offsets of the ends in `text` after `begin`, one by one.
std::vector<size_t> EndsOf(const std::string& text, size_t begin) {
  const auto is_number = [&](size_t at) {
    return text[at] >= '-' && text[at] <= '9';
  };
  std::vector<size_t> ends;
  for (size_t at = begin + 1; at < text.size(); ++at) {
    if (is_number(at - 1) && !is_number(at)) {
      ends.push_back(at);
    }
  }
  return ends;
}

std::vector<size_t> Fill(const std::string& text, size_t begin,
                         NumberIndex* index) {
  std::vector<size_t> ends;
  for (const char* const* end = index->Fill(text.data() + begin);
       *end != nullptr; ++end) {
    ends.push_back(*end - text.data());
  }
  return ends;
}

TEST(NumberIndexTest, FindsTheEndsInOrder) {
  std::mt19937 random(1);
  // Dense numbers, usual numbers, and few numbers in other text.
  for (const std::string characters :
       {"1,", "0123456789.-0123456789, ", "0123456789.,[] abcxyz\"\xff\x80"}) {
    std::string text;
    for (int i = 0; i < 3000; ++i) {
      text += characters[random() % characters.size()];
    }
    text += ']';  // Also ends a number.
    NumberIndex index(text.data(), text.data() + text.size() - 1);
    size_t begin = 0;
    size_t window = 0;
    while (true) {
      const std::vector<size_t> ends = Fill(text, begin, &index);
      std::vector<size_t> expected = EndsOf(text, begin);
      // The window has whole blocks of 64 characters and grows.
      window = std::min<size_t>(window == 0 ? 128 : 2 * window, 512);
      const size_t size = std::min(window, (text.size() - begin) / 64 * 64);
      while (!expected.empty() && expected.back() >= begin + size) {
        expected.pop_back();
      }
      ASSERT_EQ(ends, expected) << begin;
      if (size == 0) {
        break;
      }
      begin += size;
    }
    EXPECT_GT(begin, 2900);
  }
}

TEST(NumberIndexTest, TheWindowIsSmallAfterOtherText) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "1,";
  }
  NumberIndex index(text.data(), text.data() + text.size());
  EXPECT_EQ(Fill(text, 0, &index).size(), 64);
  EXPECT_EQ(Fill(text, 128, &index).size(), 128);
  EXPECT_EQ(Fill(text, 1000, &index).size(), 64);
  EXPECT_EQ(Fill(text, 0, &index).size(), 64);
}

TEST(NumberIndexTest, ShortTextHasNoEnds) {
  const std::string text = "1, 2, 3]";
  NumberIndex index(text.data(), text.data() + text.size());
  EXPECT_TRUE(Fill(text, 0, &index).empty());
}

}  // namespace
}  // namespace tfs3::rest

#endif  // __x86_64__
