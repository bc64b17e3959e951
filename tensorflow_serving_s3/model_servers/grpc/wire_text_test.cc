// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/wire_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace tfs3::grpc {
namespace {

TEST(WireTextTest, PercentEncodesWhatHeadersCannotHave) {
  EXPECT_EQ(PercentEncode("plain text."), "plain text.");
  EXPECT_EQ(PercentEncode("100%"), "100%25");
  EXPECT_EQ(PercentEncode("\xc3\xa9\n"), "%C3%A9%0A");
  EXPECT_EQ(PercentEncode("\x7f"), "%7F");
}

TEST(WireTextTest, ParsesTimeouts) {
  const struct {
    const char* text;
    std::optional<std::chrono::nanoseconds> time;
  } kCases[] = {
      {"1n", std::chrono::nanoseconds(1)},
      {"100u", std::chrono::microseconds(100)},
      {"99999999m", std::chrono::milliseconds(99'999'999)},
      {"5S", std::chrono::seconds(5)},
      {"2M", std::chrono::minutes(2)},
      {"3H", std::chrono::hours(3)},
      {"0m", std::chrono::nanoseconds(0)},
      {"", std::nullopt},
      {"m", std::nullopt},
      {"5", std::nullopt},
      {"5s", std::nullopt},
      {"-5S", std::nullopt},
      {"100000000m", std::nullopt},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(ParseTimeout(test.text), test.time) << test.text;
  }
  EXPECT_GT(ParseTimeout("99999999H"), std::chrono::hours(800'000));
}

TEST(WireTextTest, DecodesBase64WithAndWithoutPadding) {
  const std::string bytes("\x00\xff\x10z", 4);
  EXPECT_EQ(DecodeBase64("AP8Qeg=="), bytes);
  EXPECT_EQ(DecodeBase64("AP8Qeg"), bytes);
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("-_-_"), DecodeBase64("+/+/"));
  EXPECT_EQ(DecodeBase64("a"), std::nullopt);
  EXPECT_EQ(DecodeBase64("a b="), std::nullopt);
}

TEST(WireTextTest, KnowsTheContentTypesOfGrpc) {
  for (const char* const type : {"application/grpc", "application/grpc+proto",
                                 "application/grpc; charset=utf-8"}) {
    EXPECT_TRUE(IsGrpcContentType(type)) << type;
  }
  for (const char* const type :
       {"", "application/json", "application/grpc-web", "text/grpc"}) {
    EXPECT_FALSE(IsGrpcContentType(type)) << type;
  }
}

}  // namespace
}  // namespace tfs3::grpc
