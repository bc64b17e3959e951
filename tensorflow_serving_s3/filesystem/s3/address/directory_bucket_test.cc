// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(DirectoryBucketTest, TheZoneIsInTheName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"models--usw2-az1--x-s3", "usw2-az1"},
      {"a--b--usw2-az1--x-s3", "usw2-az1"},
      {"models--usw2-lax1-az1--x-s3", "usw2-lax1-az1"},
      {"point--apne1-az4--xa-s3", "apne1-az4"},
      // Ordinary buckets.
      {"models", ""},
      {"models--x-s3", ""},
      {"--x-s3", ""},
      {"----x-s3", ""},
      {"models----x-s3", ""},
      {"models--usw2-az1--x-s3x", ""},
      {"models--usw2-az1--x-s4", ""},
      {"usw2-az1--x-s3", ""},
  };
  for (const auto& [bucket, zone] : cases) {
    EXPECT_EQ(ZoneOfDirectoryBucket(bucket), zone) << bucket;
    EXPECT_EQ(IsDirectoryBucket(bucket), !zone.empty()) << bucket;
  }
}

TEST(DirectoryBucketTest, TheZoneHasTheRegion) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"use1-az4", "us-east-1"},
      {"usw2-az1", "us-west-2"},
      {"usw2-lax1-az1", "us-west-2"},
      {"eun1-az1", "eu-north-1"},
      {"euc1-az2", "eu-central-1"},
      {"apne1-az4", "ap-northeast-1"},
      {"aps1-az1", "ap-south-1"},
      {"apse2-az3", "ap-southeast-2"},
      {"cnnw1-az1", "cn-northwest-1"},
      {"cac1-az1", "ca-central-1"},
      {"usgw1-az1", "us-gov-west-1"},
      {"test-zone", ""},
      {"us2-az1", ""},
      {"", ""},
      {"usw-az1", ""},
  };
  for (const auto& [zone, region] : cases) {
    EXPECT_EQ(RegionOfZone(zone), region) << zone;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
