// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"

namespace tfs3::grpc {
namespace {

TEST(MessageCodingTest, InflatingGivesTheMessage) {
  std::string message;
  for (int i = 0; i < 10'000; ++i) {
    message += std::to_string(i);
  }
  for (const Coding coding : {Coding::kDeflate, Coding::kGzip}) {
    const std::optional<std::string> compressed = Compress(message, coding);
    ASSERT_TRUE(compressed.has_value());
    EXPECT_LT(compressed->size(), message.size());
    std::string inflated(message.size() + 1, '\0');
    Inflater inflater(Inflater::Format::kGzipOrZlib, {*compressed});
    const Inflater::Result result =
        inflater.Read(inflated.data(), inflated.size());
    EXPECT_EQ(result.state, Inflater::State::kEnd);
    inflated.resize(result.size);
    EXPECT_EQ(inflated, message);
  }
}

TEST(MessageCodingTest, MessagesThatWouldNotBeShorterStayAsTheyAre) {
  EXPECT_EQ(Compress("", Coding::kGzip), std::nullopt);
  EXPECT_EQ(Compress("abc", Coding::kGzip), std::nullopt);
  EXPECT_EQ(Compress(std::string(1000, 'x'), Coding::kIdentity), std::nullopt);
}

TEST(MessageCodingTest, NamesAreThoseOfTheHeaders) {
  EXPECT_EQ(ParseCoding("gzip"), Coding::kGzip);
  EXPECT_EQ(ParseCoding("deflate"), Coding::kDeflate);
  EXPECT_EQ(ParseCoding("identity"), Coding::kIdentity);
  EXPECT_EQ(ParseCoding("snappy"), std::nullopt);
}

TEST(MessageCodingTest, FindsACodingInAList) {
  EXPECT_TRUE(Accepts("identity,deflate, gzip", Coding::kGzip));
  EXPECT_TRUE(Accepts(" gzip ", Coding::kGzip));
  EXPECT_FALSE(Accepts("", Coding::kGzip));
  EXPECT_FALSE(Accepts("identity, gzipped", Coding::kGzip));
}

}  // namespace
}  // namespace tfs3::grpc
