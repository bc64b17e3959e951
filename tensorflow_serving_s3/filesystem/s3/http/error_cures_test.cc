// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/errors_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorCuresTest, AnExplicitDenyIsReportedAsSuch) {
  const std::string request =
      "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: "
      "s3:GetObject on resource: \"arn:aws:s3:::models/half/1\" with an "
      "explicit deny in a";
  struct Case {
    std::string kind;
    std::string where;
  };
  const std::vector<Case> cases = {
      {" resource-based policy", "the policy of the bucket or access point"},
      {"n identity-based policy",
       "a policy of arn:aws:iam::123456789012:user/ci"},
      {" service control policy",
       "a service control policy of the AWS organization"},
      {" resource control policy",
       "a resource control policy of the AWS organization"},
      {" VPC endpoint policy",
       "the policy of the VPC endpoint that the request goes through"},
      {" permissions boundary",
       "the permissions boundary of arn:aws:iam::123456789012:user/ci"},
      {" session policy", "the session policy with which the role was assumed"},
  };
  for (const Case& c : cases) {
    const Status status =
        FromHttpError(TestContext("GetObject"),
                      TestError(403, "AccessDenied", request + c.kind));
    EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
    EXPECT_THAT(
        status.message,
        AllOf(HasSubstr("; an explicit deny in " + c.where +
                        " refuses s3:GetObject on arn:aws:s3:::models/half/1: "
                        "change that statement"),
              Not(HasSubstr("must allow")),
              Not(HasSubstr("AWS_REQUEST_PAYER"))));
  }
}

TEST(ErrorCuresTest, TheCureIsTheActionInTheStoresMessage) {
  const Status status = FromHttpError(
      TestContext("GetObject"),
      TestError(
          403, "AccessDenied",
          "User: arn:aws:iam::1:user/ci is not authorized to perform: "
          "kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/k because "
          "no identity-based policy allows the kms:Decrypt action"));
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message, AllOf(HasSubstr("must allow kms:Decrypt on "
                                              "arn:aws:kms:us-east-1:1:key/k"),
                                    Not(HasSubstr("s3:GetObject"))));
}

TEST(ErrorCuresTest, ADeniedCopyNeedsReadAccessToItsSource) {
  RequestContext context = TestContext("CopyObject");
  context.action = "s3:PutObject";
  EXPECT_THAT(FromHttpError(context, TestError(403, "AccessDenied")).message,
              HasSubstr("s3:PutObject on arn:aws:s3:::models/half/1, and "
                        "s3:GetObject on the source of the copy"));
  EXPECT_THAT(
      FromHttpError(context, TestError(403, "AccessDenied",
                                       "x with an explicit deny in a session "
                                       "policy"))
          .message,
      Not(HasSubstr("source of the copy")));
}

TEST(ErrorCuresTest, NamesTheSettingOfAnUnsupportedEncryption) {
  RequestContext context = TestContext("PutObject");
  context.encryption = "aws:kms";
  EXPECT_THAT(FromHttpError(context, TestError(501, "NotImplemented")).message,
              HasSubstr("the request asked for the encryption aws:kms, set by "
                        "AWS_SERVER_SIDE_ENCRYPTION"));
  EXPECT_THAT(FromHttpError(context, TestError(400, "InvalidArgument")).message,
              HasSubstr("AWS_SERVER_SIDE_ENCRYPTION"));
  EXPECT_THAT(
      FromHttpError(context, TestError(400, "KMS.NotFoundException")).message,
      HasSubstr("AWS_SSE_KMS_KEY_ID"));
}

TEST(ErrorCuresTest, TheOnlyActionOfADirectoryBucketIsCreateSession) {
  RequestContext context = TestContext("PutObject");
  context.uri = *ParseUri("s3://models--usw2-az1--x-s3/half/1");
  context.directory_bucket = true;
  context.action = "s3express:CreateSession";
  context.region = "us-west-2";
  EXPECT_THAT(FromHttpError(context, TestError(403, "AccessDenied")).message,
              HasSubstr("must allow s3express:CreateSession on "
                        "arn:aws:s3express:us-west-2:ACCOUNT:bucket/"
                        "models--usw2-az1--x-s3"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
