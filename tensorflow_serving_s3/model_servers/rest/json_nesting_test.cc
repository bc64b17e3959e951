// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_nesting.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace tfs3::rest {
namespace {

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(JsonNestingTest, TellsTheDepthOfEveryKindOfText) {
  struct Case {
    std::string name;
    std::string json;
    int64_t depth;
  };
  const Case cases[] = {
      {"a list", "[1]", 1},
      {"lists side by side", Repeat("[1],", 100), 1},
      {"lists in lists", Repeat("[", 100) + Repeat("]", 100), 100},
      {"unclosed lists", Repeat("[", 37), 37},
      {"objects and lists", Repeat("{\"key\": [", 20) + Repeat("]}", 20), 40},
      {"brackets in a string", "[\"" + Repeat("[", 50) + "\", [1]]", 2},
      {"brackets after an escaped quote",
       R"(["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[", [1]])", 2},
      {"brackets after an escaped backslash", R"({"a\\": [[[1]]], "b": 1})", 4},
      {"an escape at the end of a block", "[\"0123456789abc\\\"[[[\", [1]]", 2},
      {"closing before opening in one block", "[[[]]][[[]]][[[]]][[[]]]", 3},
      {"deep far into the text", Repeat("[1, 2, 3],", 1000) + "[[[[[1]]]]]", 5},
  };
  for (const Case& c : cases) {
    EXPECT_FALSE(NestsDeeperThan(c.json, c.depth)) << c.name;
    EXPECT_TRUE(NestsDeeperThan(c.json, c.depth - 1)) << c.name;
  }
}

TEST(JsonNestingTest, TextWithoutBracketsDoesNotNest) {
  EXPECT_FALSE(NestsDeeperThan("", 0));
  EXPECT_FALSE(NestsDeeperThan("1, \"[[[\", true, 2, 3, 4", 0));
}

}  // namespace
}  // namespace tfs3::rest
