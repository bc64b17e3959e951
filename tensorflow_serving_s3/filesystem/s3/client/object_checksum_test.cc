// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"

#include <map>
#include <string>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

ObjectChecksum From(const std::map<std::string, std::string>& headers) {
  return ObjectChecksum::From([&headers](const char* name) -> std::string {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  });
}

// The check values for "123456789" in the catalogue of CRCs and FIPS 180.
TEST(ObjectChecksumTest, SupportsAllAlgorithmsOfS3) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const std::string digits = "123456789";
  const std::map<std::string, std::string> values = {
      {"crc32", "y/Q5Jg=="},
      {"crc32c", "4waSgw=="},
      {"crc64nvme", "rosUhgp5mIg="},
      {"sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="},
      {"sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
  };
  for (const auto& [name, value] : values) {
    const ObjectChecksum checksum = From({{"x-amz-checksum-" + name, value}});
    EXPECT_EQ(checksum.name(), name);
    EXPECT_FALSE(checksum.Mismatch(digits)) << name;
    EXPECT_TRUE(checksum.Mismatch("123456780")) << name;
    EXPECT_TRUE(checksum.Mismatch("")) << name;
  }
}

TEST(ObjectChecksumTest, ComputesTheCrc32OfARequestBody) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  EXPECT_EQ(Crc32InBase64("123456789"), "y/Q5Jg==");
  EXPECT_EQ(Crc32InBase64(""), "AAAAAA==");
}

TEST(ObjectChecksumTest, WithoutAChecksumAllBytesMatch) {
  EXPECT_TRUE(From({}).empty());
  EXPECT_EQ(From({}).name(), "");
  EXPECT_FALSE(From({}).Mismatch("anything"));
}

TEST(ObjectChecksumTest, IgnoresChecksumsOfParts) {
  EXPECT_TRUE(From({{"x-amz-checksum-crc32", "y/Q5Jg==-2"}}).empty());
  EXPECT_TRUE(From({{"x-amz-checksum-crc32", "y/Q5Jg=="},
                    {"x-amz-checksum-type", "COMPOSITE"}})
                  .empty());
  EXPECT_FALSE(From({{"x-amz-checksum-crc32", "y/Q5Jg=="},
                     {"x-amz-checksum-type", "FULL_OBJECT"}})
                   .empty());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
