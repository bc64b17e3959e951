// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/access_denied.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kRequest[] =
    "User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to "
    "perform: s3:GetObject on resource: \"arn:aws:s3:::models/a b\" ";

TEST(AccessDeniedTest, RecognisesEveryKindOfPolicy) {
  struct Case {
    std::string reason;
    bool is_explicit;
    PolicyKind policy;
    std::string policy_arn;
  };
  const std::string scp = "arn:aws:organizations::1:policy/o-1/p-1";
  const std::vector<Case> cases = {
      {"with an explicit deny in a resource-based policy", true,
       PolicyKind::kResource, ""},
      {"with an explicit deny in an identity-based policy", true,
       PolicyKind::kIdentity, ""},
      {"with an explicit deny in an identity-based policy: "
       "arn:aws:iam::1:policy/deny",
       true, PolicyKind::kIdentity, "arn:aws:iam::1:policy/deny"},
      {"with an explicit deny in a service control policy: " + scp, true,
       PolicyKind::kServiceControl, scp},
      {"with an explicit deny in a resource control policy", true,
       PolicyKind::kResourceControl, ""},
      {"with an explicit deny in a VPC endpoint policy", true,
       PolicyKind::kVpcEndpoint, ""},
      {"with an explicit deny in a permissions boundary", true,
       PolicyKind::kPermissionsBoundary, ""},
      {"with an explicit deny in a session policy", true, PolicyKind::kSession,
       ""},
      {"with an explicit deny", true, PolicyKind::kUnknown, ""},
      {"because no identity-based policy allows the s3:GetObject action", false,
       PolicyKind::kIdentity, ""},
      {"because no resource-based policy allows the s3:GetObject action", false,
       PolicyKind::kResource, ""},
      {"because no service control policy allows the s3:GetObject action",
       false, PolicyKind::kServiceControl, ""},
      {"because no VPC endpoint policy allows the s3:GetObject action", false,
       PolicyKind::kVpcEndpoint, ""},
      {"because no permissions boundary allows the s3:GetObject action", false,
       PolicyKind::kPermissionsBoundary, ""},
      {"because no session policy allows the s3:GetObject action", false,
       PolicyKind::kSession, ""},
      {"", false, PolicyKind::kUnknown, ""},
  };
  for (const Case& c : cases) {
    const AccessDenied denied = ParseAccessDenied(kRequest + c.reason);
    EXPECT_EQ(denied.is_explicit, c.is_explicit) << c.reason;
    EXPECT_EQ(denied.policy, c.policy) << c.reason;
    EXPECT_EQ(denied.policy_arn, c.policy_arn) << c.reason;
    EXPECT_EQ(denied.user, "arn:aws:sts::123456789012:assumed-role/ci/x");
    EXPECT_EQ(denied.action, "s3:GetObject");
    EXPECT_EQ(denied.resource, "arn:aws:s3:::models/a b");
  }
}

TEST(AccessDeniedTest, ReadsNothingFromAMessageWithoutDetails) {
  for (const std::string message :
       {"", "Access Denied", "User:", "on resource: \"",
        "is not authorized to perform: "}) {
    const AccessDenied denied = ParseAccessDenied(message);
    EXPECT_FALSE(denied.is_explicit) << message;
    EXPECT_EQ(denied.policy, PolicyKind::kUnknown) << message;
    EXPECT_EQ(denied.action, "") << message;
    EXPECT_EQ(denied.resource, "") << message;
  }
}

TEST(AccessDeniedTest, TheCureNamesThePolicyToChange) {
  const auto cure = [](const std::string& message) {
    return AccessDeniedCure(ParseAccessDenied(message), "s3:PutObject", "X");
  };
  EXPECT_EQ(cure("Access Denied"), "their policy must allow s3:PutObject on X");
  EXPECT_EQ(cure(kRequest + std::string("because no identity-based policy "
                                        "allows the s3:GetObject action")),
            "their policy must allow s3:GetObject on arn:aws:s3:::models/a b");
  EXPECT_EQ(cure(kRequest + std::string("because no VPC endpoint policy allows "
                                        "the s3:GetObject action")),
            "the policy of the VPC endpoint that the request goes through must "
            "allow s3:GetObject on arn:aws:s3:::models/a b");
  EXPECT_EQ(cure(kRequest + std::string("with an explicit deny in a "
                                        "permissions boundary")),
            "an explicit deny in the permissions boundary of "
            "arn:aws:sts::123456789012:assumed-role/ci/x refuses s3:GetObject "
            "on arn:aws:s3:::models/a b: change that statement; a statement "
            "that allows the action does not override it");
  EXPECT_EQ(
      cure("User: U is not authorized to perform: kms:Decrypt on resource: "
           "arn:aws:kms:us-east-1:1:key/k because no resource-based policy "
           "allows the kms:Decrypt action"),
      "the policy of the KMS key must allow kms:Decrypt on "
      "arn:aws:kms:us-east-1:1:key/k");
  EXPECT_EQ(cure("User: U is not authorized to perform: kms:GenerateDataKey."),
            "their policy and the policy of the KMS key must allow "
            "kms:GenerateDataKey");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
