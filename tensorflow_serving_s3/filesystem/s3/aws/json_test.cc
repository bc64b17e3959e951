// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(FlattenJsonTest, FlattensNestedObjects) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const std::optional<FlatJson> flat = FlattenJson(
      R"({"a": "x\n\u00fc", "n": 1700000000123, "b": {"c": 1, "d": {"e": "y"}},
          "list": ["z"], "yes": true, "none": null})");
  ASSERT_TRUE(flat.has_value());
  EXPECT_EQ(*flat, (FlatJson{{"a", "x\n\xc3\xbc"},
                             {"n", "1700000000123"},
                             {"b.c", "1"},
                             {"b.d.e", "y"}}));
}

TEST(FlattenJsonTest, RejectsOtherTexts) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  for (const std::string text :
       {"", "null", "[1]", "\"x\"", "{", "<html>", "{\"a\": }"}) {
    EXPECT_EQ(FlattenJson(text), std::nullopt) << text;
  }
  EXPECT_EQ(FlattenJson("{}"), FlatJson());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
