// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;

TEST(ParseUriTest, SplitsBucketAndKey) {
  struct Case {
    std::string url, bucket, key;
  };
  const std::vector<Case> cases = {
      {"s3://models", "models", ""},
      {"s3://models/", "models", ""},
      {"s3://models/half/1/saved_model.pb", "models", "half/1/saved_model.pb"},
      {"s3://models/half/", "models", "half/"},
      {"s3://models//half", "models", "/half"},
      {"s3://models/a/../b//c", "models", "a/../b//c"},
      {"s3://models/a b+c%25?d#e", "models", "a b+c%25?d#e"},
      {"s3://models/\xc3\xbc", "models", "\xc3\xbc"},
      {"s3://my.dotted-bucket1/k", "my.dotted-bucket1", "k"},
      {"s3://1.2.3/k", "1.2.3", "k"},
      {"s3x://models/k", "models", "k"},
      {"s3://a/k", "a", "k"},
      {"s3://My_Models/k", "My_Models", "k"},
      {"s3://tenant:models/k", "tenant:models", "k"},
      {"s3://192.168.0.1/k", "192.168.0.1", "k"},
      {"s3://" + std::string(200, 'a') + "/k", std::string(200, 'a'), "k"},
      {"s3://arn:aws:s3:us-east-1:123456789012:accesspoint/ap/half/1",
       "arn:aws:s3:us-east-1:123456789012:accesspoint/ap", "half/1"},
      {"s3://arn:aws:s3:us-east-1:123456789012:accesspoint/ap",
       "arn:aws:s3:us-east-1:123456789012:accesspoint/ap", ""},
  };
  for (const Case& c : cases) {
    Result<S3Uri> uri = ParseUri(c.url);
    ASSERT_TRUE(uri.ok()) << c.url << ": " << uri.status().message;
    EXPECT_EQ(uri->bucket, c.bucket) << c.url;
    EXPECT_EQ(uri->key, c.key) << c.url;
  }
}

TEST(ParseUriTest, ReportsWhyAUrlIsInvalid) {
  struct Case {
    std::string url, rule;
  };
  const std::vector<Case> cases = {
      {"s3://", "has no bucket"},
      {"s3:///key", "has no bucket"},
      {"models/key", "is not an S3 URL"},
      {"://models/key", "is not an S3 URL"},
      {"s3://./key", "\".\" is not a bucket name"},
      {"s3://../key", "\"..\" is not a bucket name"},
      {"s3://models/" + std::string(1025, 'k'), "at most 1024 bytes"},
  };
  for (const Case& c : cases) {
    Result<S3Uri> uri = ParseUri(c.url);
    ASSERT_FALSE(uri.ok()) << c.url;
    EXPECT_EQ(uri.status().code, TF_INVALID_ARGUMENT) << c.url;
    EXPECT_THAT(uri.status().message, HasSubstr(c.rule));
    EXPECT_THAT(uri.status().message, HasSubstr(c.url));
  }
}

TEST(ParseUriTest, WritesTheUrlBack) {
  EXPECT_EQ(ParseUri("s3://models")->ToString(), "s3://models/");
  EXPECT_EQ(ParseUri("s3://models/a//b/")->ToString(), "s3://models/a//b/");
}

TEST(DirectoryPrefixTest, AddsASlashIfThereIsNone) {
  EXPECT_EQ(DirectoryPrefix(""), "");
  EXPECT_EQ(DirectoryPrefix("a"), "a/");
  EXPECT_EQ(DirectoryPrefix("a/"), "a/");
  EXPECT_EQ(DirectoryPrefix("a//"), "a//");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
