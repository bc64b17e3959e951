// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses the <Message> of a 403 AccessDenied, which describes the policy that
// refused the request:
//
//   "User: arn:aws:iam::1:user/ci is not authorized to perform: s3:GetObject on
//    resource: "arn:aws:s3:::models/a" with an explicit deny in a service
//    control policy"
//
//   const AccessDenied denied = ParseAccessDenied(message);
//   denied.is_explicit  true
//   denied.policy       PolicyKind::kServiceControl
//   denied.action       "s3:GetObject"
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ACCESS_DENIED_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ACCESS_DENIED_H_

#include <string>

namespace tfs3 {
namespace s3 {

enum class PolicyKind {
  kUnknown,
  kIdentity,
  kResource,
  kServiceControl,
  kResourceControl,
  kVpcEndpoint,
  kPermissionsBoundary,
  kSession,
};

// A field is "" if the message does not state it.
struct AccessDenied {
  // True: a statement denies the action. False: no statement allows it.
  bool is_explicit = false;
  PolicyKind policy = PolicyKind::kUnknown;
  std::string policy_arn;
  std::string user;  // The ARN of the caller.
  std::string action;
  std::string resource;
};

AccessDenied ParseAccessDenied(const std::string& message);

// Returns the policy to change: "the permissions boundary of USER".
std::string DescribePolicy(const AccessDenied& denied);

// Returns the change to make: "their policy must allow s3:GetObject on
// RESOURCE". `action` and `resource` are the request's, for a message that
// names none; `resource` may be "".
std::string AccessDeniedCure(const AccessDenied& denied,
                             const std::string& action,
                             const std::string& resource);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_ACCESS_DENIED_H_
