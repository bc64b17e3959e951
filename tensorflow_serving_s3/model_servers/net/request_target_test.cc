// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/request_target.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3::net {
namespace {

using ::testing::HasSubstr;

TEST(ParseRequestTargetTest, SplitsTheAbsoluteForm) {
  const RequestTarget parts = ParseRequestTarget("http://h:1/a://b?c");
  EXPECT_TRUE(parts.is_absolute());
  EXPECT_EQ(parts.scheme, "http");
  EXPECT_EQ(parts.authority, "h:1");
  EXPECT_EQ(parts.origin, "/a://b?c");
}

TEST(ParseRequestTargetTest, AUrlWithoutAPathHasASlash) {
  EXPECT_EQ(ParseRequestTarget("http://h").origin, "/");
}

TEST(ParseRequestTargetTest, OtherFormsOnlyHaveAnOrigin) {
  for (const char* target : {"/a", "/a://b", "/a?b=c://d", "*", "", "://h/a",
                             "h:443", "?a=http://h/"}) {
    const RequestTarget parts = ParseRequestTarget(target);
    EXPECT_FALSE(parts.is_absolute()) << target;
    EXPECT_EQ(parts.origin, target);
  }
}

TEST(IsHostTest, AcceptsNamesAndAddressesWithAndWithoutAPort) {
  for (const char* host :
       {"", "localhost", "localhost:8501", "127.0.0.1:1", "[::1]", "[::1]:8501",
        "[fe80::1%25eth0]", "a_b.c-d", "h:", "xn--bcher-kva.example"}) {
    EXPECT_TRUE(IsHost(host)) << host;
  }
}

TEST(IsHostTest, RefusesOtherTexts) {
  for (const char* host : {"a b", "a, b", "a/b", "user@a", "a:b", "a:1:2",
                           "a?b", "a#b", "http://a", "[::1", "::1", "[::1]x",
                           "[a/b]", "a\\b", "a\"b", "<a>", "b\xc3\xbc"}) {
    EXPECT_FALSE(IsHost(host)) << host;
  }
}

TEST(TargetErrorTest, AcceptsPathsAndUrlsOfTheSameHost) {
  EXPECT_EQ(TargetError("/a?b", "h"), "");
  EXPECT_EQ(TargetError("*", "h"), "");
  EXPECT_EQ(TargetError("HTTP://LocalHost:1/a", "localhost:1"), "");
  EXPECT_EQ(TargetError("https://h", "h"), "");
}

TEST(TargetErrorTest, NamesTheError) {
  const struct {
    const char* target;
    const char* message;
  } kCases[] = {
      {"a/b", "neither a path nor a URL"},
      {"", "neither a path nor a URL"},
      {"h:443", "neither a path nor a URL"},
      {"http://h?/a", "neither a path nor a URL"},
      {"ftp://h/a", "another protocol"},
      {"http://evil/a", "another host"},
      {"http://h:1/a", "another host"},
      {"http://user@h/a", "another host"},
      {"http:///a", "another host"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(std::string(TargetError(test.target, "h")),
                HasSubstr(test.message))
        << test.target;
  }
}

}  // namespace
}  // namespace tfs3::net
