// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/proxy.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

ProxyOptions Make(const std::string& no_proxy) {
  ProxyOptions options;
  options.http_proxy = "http://plain:3128";
  options.http_proxy_source = "HTTP_PROXY";
  options.https_proxy = "https://me:geheim@secure";
  options.https_proxy_source = "HTTPS_PROXY";
  options.no_proxy = no_proxy;
  return options;
}

TEST(ProxyTest, TheSchemeOfTheRequestChoosesTheProxy) {
  const auto plain = *ProxyFor(Make(""), false, "minio", 9000);
  ASSERT_TRUE(plain.has_value());
  EXPECT_FALSE(plain->https);
  EXPECT_EQ(plain->host, "plain");
  EXPECT_EQ(plain->port, 3128);
  EXPECT_EQ(plain->user, "");
  const auto secure = *ProxyFor(Make(""), true, "minio", 9000);
  ASSERT_TRUE(secure.has_value());
  EXPECT_TRUE(secure->https);
  EXPECT_EQ(secure->port, 443);
  EXPECT_EQ(secure->user, "me");
  EXPECT_EQ(secure->password, "geheim");
  EXPECT_THAT(secure->description,
              AllOf(HasSubstr("set by HTTPS_PROXY"), Not(HasSubstr("geheim"))));
}

TEST(ProxyTest, NoProxyByDefault) {
  EXPECT_FALSE(ProxyFor(ProxyOptions(), true, "minio", 9000)->has_value());
}

TEST(ProxyTest, NoProxyExcludesHosts) {
  struct Case {
    std::string no_proxy, host;
    bool excepted;
  };
  const std::vector<Case> cases = {
      {"minio", "minio", true},
      {"MINIO", "minio", true},
      {"minio", "minio2", false},
      {"example.com", "example.com", true},
      {"example.com", "a.b.example.com", true},
      {".example.com", "a.example.com", true},
      {"*.example.com", "a.example.com", true},
      {"example.com", "notexample.com", false},
      {"a,b, minio ,c", "minio", true},
      {"minio:9000", "minio", true},
      {"minio:9001", "minio", false},
      {"*", "anything", true},
      {"127.0.0.1", "127.0.0.1", true},
      {"0.0.1", "127.0.0.1", false},
      {"10.0.0.0/8", "10.1.2.3", true},
      {"10.0.0.0/8", "11.1.2.3", false},
      {"0.0.0.0/0", "11.1.2.3", true},
      {"10.0.0.0/99", "10.1.2.3", false},
      {"10.0.0.0/8", "minio", false},
      {"::1", "::1", true},
      {"[::1]:9000", "::1", true},
      {"[::1]:9001", "::1", false},
      {",,", "minio", false},
  };
  for (const Case& c : cases) {
    const auto proxy = *ProxyFor(Make(c.no_proxy), false, c.host, 9000);
    EXPECT_EQ(!proxy.has_value(), c.excepted) << c.no_proxy << " " << c.host;
  }
}

TEST(ProxyTest, RejectsAnInvalidUrlWithoutThePassword) {
  for (const std::string text : {"socks5://me:geheim@host", "http://me:geheim@",
                                 "me:geheim/x@host", "proxy:port"}) {
    ProxyOptions options = Make("");
    options.http_proxy = text;
    const auto proxy = ProxyFor(options, false, "minio", 9000);
    ASSERT_FALSE(proxy.ok()) << text;
    EXPECT_EQ(proxy.status().code, TF_INVALID_ARGUMENT);
    EXPECT_THAT(proxy.status().message, AllOf(HasSubstr("set by HTTP_PROXY"),
                                              Not(HasSubstr("geheim"))));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
