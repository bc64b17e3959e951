// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(ParseUrlTest, SplitsAUrl) {
  struct Case {
    std::string text, scheme, user, password, host;
    int port;
    std::string path;
  };
  const std::vector<Case> cases = {
      {"minio", "", "", "", "minio", 0, ""},
      {"minio:9000", "", "", "", "minio", 9000, ""},
      {"http://minio:9000/a/b?c", "http", "", "", "minio", 9000, "/a/b?c"},
      {"https://[::1]:443/", "https", "", "", "::1", 443, "/"},
      {"http://me:p%40ss%3a@proxy:3128", "http", "me", "p@ss:", "proxy", 3128,
       ""},
      {"me@proxy", "", "me", "", "proxy", 0, ""},
      {"http://me:100%@proxy", "http", "me", "100%", "proxy", 0, ""},
  };
  for (const Case& c : cases) {
    Url url;
    EXPECT_EQ(ParseUrl(c.text, url), "") << c.text;
    EXPECT_EQ(url.scheme, c.scheme) << c.text;
    EXPECT_EQ(url.user, c.user) << c.text;
    EXPECT_EQ(url.password, c.password) << c.text;
    EXPECT_EQ(url.host, c.host) << c.text;
    EXPECT_EQ(url.port, c.port) << c.text;
    EXPECT_EQ(url.path, c.path) << c.text;
  }
}

TEST(ParseUrlTest, ReportsErrors) {
  struct Case {
    std::string text, wrong;
  };
  const std::vector<Case> cases = {
      {"", "it has no host"},
      {"http://", "it has no host"},
      {"http://:80", "it has no host"},
      {"http://[]:80", "it has no host"},
      {"http://a b", "a host name does not contain ' '"},
      {"host:0", "\"0\" is not a port (1 to 65535)"},
      {"host:65536", "\"65536\" is not a port (1 to 65535)"},
      {"host:", "\"\" is not a port (1 to 65535)"},
      {"host:1:2", "\"1:2\" is not a port (1 to 65535)"},
      {"http://[::1", "the bracket is not closed"},
      {"http://[::1]x", "only a port may follow the bracket"},
      {"http://[host]", "the text in the brackets is not an IPv6 address"},
  };
  for (const Case& c : cases) {
    Url url;
    EXPECT_EQ(ParseUrl(c.text, url), c.wrong) << c.text;
  }
}

TEST(UriEncodeTest, EncodesEveryByteThatIsNotUnreserved) {
  EXPECT_EQ(UriEncode("a/b c+d%e?f&g=\xc3\xbc~._-", true),
            "a/b%20c%2Bd%25e%3Ff%26g%3D%C3%BC~._-");
  EXPECT_EQ(UriEncode("a/b", false), "a%2Fb");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
