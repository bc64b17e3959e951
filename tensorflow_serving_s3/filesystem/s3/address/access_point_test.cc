// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;

const std::string kArn = "arn:aws:s3:us-east-1:123456789012:accesspoint/models";

TEST(AccessPointTest, RecognisesAnAliasByItsSuffix) {
  EXPECT_TRUE(
      IsAccessPointAlias("models-hrzrlukc5m36ft7okagglf3gmwluquse1b-s3alias"));
  EXPECT_FALSE(IsAccessPointAlias("models"));
  EXPECT_FALSE(IsAccessPointAlias("s3alias"));
  EXPECT_FALSE(IsAccessPointAlias("models-s3alias-old"));
}

TEST(AccessPointTest, ParsesAnArn) {
  for (const std::string& arn :
       {kArn,
        std::string("arn:aws:s3:us-east-1:123456789012:accesspoint:models")}) {
    const Result<AccessPoint> point = ParseAccessPoint(arn);
    ASSERT_TRUE(point.ok()) << point.status().message;
    EXPECT_EQ(point->region, "us-east-1");
    EXPECT_EQ(point->account, "123456789012");
    EXPECT_EQ(point->name, "models");
  }
  EXPECT_TRUE(ParseAccessPoint(
                  "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/models")
                  .ok());
}

TEST(AccessPointTest, TheArnEndsBeforeTheKey) {
  EXPECT_EQ(ArnLength(kArn), kArn.size());
  EXPECT_EQ(ArnLength(kArn + "/"), kArn.size());
  EXPECT_EQ(ArnLength(kArn + "/half/accesspoint/1"), kArn.size());
  const std::string colon = "arn:aws:s3:us-east-1:123456789012:accesspoint:x";
  EXPECT_EQ(ArnLength(colon + "/half/1"), colon.size());
  EXPECT_EQ(ArnLength("arn:aws:s3:::models/half"), 19u);
}

TEST(AccessPointTest, RejectsOtherArns) {
  const std::vector<std::string> cases = {
      "arn:aws:s3:::models/",
      "arn:aws:s3:us-east-1:123456789012:models",
      "arn:aws:s3:us-east-1:123456789012:accesspoint",
      "arn:aws:s3:us-east-1:123456789012:accesspoint/",
      "arn:aws:s3:us-east-1:123456789012:accesspointx",
      "arn:aws:s3:us-east-1::accesspoint/models",
      "arn:aws:s3:us-east-1:123456789012:accesspoint/Mod.els",
      "arn:aws:s3:evil.example.com:123456789012:accesspoint/models",
      "arn:aws:s3:us-east-1:a@b:accesspoint/models",
      "arn:aws:s3:cn-north-1:123456789012:accesspoint/models",
      "arn:aws",
  };
  for (const std::string& arn : cases) {
    const Result<AccessPoint> point = ParseAccessPoint(arn);
    ASSERT_FALSE(point.ok()) << arn;
    EXPECT_THAT(point.status().message, HasSubstr(arn));
  }
}

TEST(AccessPointTest, NamesUnsupportedKinds) {
  struct Case {
    std::string arn, part;
  };
  const std::vector<Case> cases = {
      {"arn:aws:s3-object-lambda:us-east-1:123456789012:accesspoint/x",
       "s3-object-lambda"},
      {"arn:aws:s3-outposts:us-east-1:123456789012:outpost/op-1/accesspoint/x",
       "s3-outposts"},
      {"arn:aws:s3::123456789012:accesspoint/x.mrap", "multi-region"},
  };
  for (const Case& c : cases) {
    const Result<AccessPoint> point = ParseAccessPoint(c.arn);
    ASSERT_FALSE(point.ok());
    EXPECT_EQ(point.status().code, TF_UNIMPLEMENTED);
    EXPECT_THAT(point.status().message, HasSubstr(c.part));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
