// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(AwsHostTest, EveryPartitionHasItsDomain) {
  EXPECT_EQ(AwsHost("s3", "eu-west-1", {}), "s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(AwsHost("s3", "us-gov-west-1", {}),
            "s3.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(AwsHost("s3", "cn-north-1", {}), "s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(AwsHost("sts", "cn-north-1", {}),
            "sts.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(AwsHost("s3", "us-iso-east-1", {}), "s3.us-iso-east-1.c2s.ic.gov");
  EXPECT_EQ(AwsHost("s3", "us-isob-east-1", {}),
            "s3.us-isob-east-1.sc2s.sgov.gov");
  EXPECT_EQ(AwsHost("s3", "eusc-de-east-1", {}),
            "s3.eusc-de-east-1.amazonaws.eu");
}

TEST(AwsHostTest, DualStackAndFips) {
  EXPECT_EQ(AwsHost("s3", "eu-west-1", {true, false}),
            "s3.dualstack.eu-west-1.amazonaws.com");
  EXPECT_EQ(AwsHost("s3", "us-east-1", {false, true}),
            "s3-fips.us-east-1.amazonaws.com");
  EXPECT_EQ(AwsHost("s3", "us-gov-east-1", {true, true}),
            "s3-fips.dualstack.us-gov-east-1.amazonaws.com");
  EXPECT_EQ(AwsHost("sts", "us-east-1", {true, true}),
            "sts-fips.us-east-1.api.aws");
  EXPECT_EQ(AwsHost("s3", "cn-north-1", {true, false}),
            "s3.dualstack.cn-north-1.amazonaws.com.cn");
}

TEST(AwsHostTest, RegionsHavePartitions) {
  EXPECT_EQ(AwsPartition("eu-west-1"), "aws");
  EXPECT_EQ(AwsPartition("us-gov-west-1"), "aws-us-gov");
  EXPECT_EQ(AwsPartition("cn-northwest-1"), "aws-cn");
}

TEST(AwsHostTest, RecognisesHostsOfAws) {
  EXPECT_TRUE(IsAwsHost("s3.eu-west-1.amazonaws.com"));
  EXPECT_TRUE(IsAwsHost("bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com"));
  EXPECT_TRUE(IsAwsHost("s3.cn-north-1.amazonaws.com.cn"));
  EXPECT_FALSE(IsAwsHost("amazonaws.com.example.org"));
  EXPECT_FALSE(IsAwsHost("notamazonaws.com"));
  EXPECT_FALSE(IsAwsHost("localhost"));
}

TEST(PublicS3RegionTest, OnlyForPublicEndpoints) {
  EXPECT_EQ(PublicS3Region("s3.amazonaws.com"), "");
  EXPECT_EQ(PublicS3Region("s3.eu-west-1.amazonaws.com"), "eu-west-1");
  EXPECT_EQ(PublicS3Region("s3-us-west-2.amazonaws.com"), "us-west-2");
  EXPECT_EQ(PublicS3Region("s3.cn-north-1.amazonaws.com.cn"), "cn-north-1");
  for (const char* host :
       {"bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com", "localhost",
        "s3-accelerate.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com",
        "models.s3.eu-west-1.amazonaws.com", "s3.cn-north-1.amazonaws.com",
        "s3.example.com", "sts.eu-west-1.amazonaws.com"}) {
    EXPECT_EQ(PublicS3Region(host), std::nullopt) << host;
  }
}

TEST(IsRegionNameTest, LettersDigitsAndHyphens) {
  EXPECT_TRUE(IsRegionName("eu-west-1"));
  EXPECT_FALSE(IsRegionName(""));
  EXPECT_FALSE(IsRegionName("EU"));
  EXPECT_FALSE(IsRegionName("a.b"));
  EXPECT_FALSE(IsRegionName("us-east-1 "));
}

TEST(CanBeSignedTest, AcceptsWhatTheHeaderCanContain) {
  for (const char* region : {"us-east-1", "RegionOne", "us_east", "garage",
                             "auto", "US East", "eu.west", "dc1:zone2"}) {
    EXPECT_TRUE(CanBeSigned(region)) << region;
  }
  for (const char* region :
       {"", " ", "a/b", "a,b", "a\r\nX: y", "a\tb", "a "}) {
    EXPECT_FALSE(CanBeSigned(region)) << region;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
