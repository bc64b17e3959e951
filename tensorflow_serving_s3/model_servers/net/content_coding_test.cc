// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/content_coding.h"

#include "gtest/gtest.h"

namespace tfs3::net {
namespace {

TEST(AcceptsGzipTest, ParsesQualities) {
  for (const char* accepted :
       {"gzip", "GZIP", "deflate, gzip", "gzip, deflate, br", "x-gzip", "*",
        "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip ; q=0.001", "identity, *"}) {
    EXPECT_TRUE(AcceptsGzip(accepted)) << accepted;
  }
  for (const char* refused :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "deflate",
        "gzipped", ",;,"}) {
    EXPECT_FALSE(AcceptsGzip(refused)) << refused;
  }
}

TEST(ContentCodingTest, ParsesGzipAndIdentity) {
  for (const char* identity : {"", "identity", " Identity , identity"}) {
    EXPECT_EQ(ContentCodingOf(identity), ContentCoding::kIdentity) << identity;
  }
  for (const char* gzip : {"gzip", "GZip", "x-gzip", "identity, gzip"}) {
    EXPECT_EQ(ContentCodingOf(gzip), ContentCoding::kGzip) << gzip;
  }
  for (const char* other : {"br", "deflate", "gzip, gzip", "gzip, br"}) {
    EXPECT_EQ(ContentCodingOf(other), ContentCoding::kOther) << other;
  }
}

}  // namespace
}  // namespace tfs3::net
