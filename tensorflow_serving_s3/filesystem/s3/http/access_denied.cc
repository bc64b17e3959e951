// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/access_denied.h"

#include <cstddef>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

namespace tfs3 {
namespace s3 {
namespace {

// In lower case.
constexpr std::pair<const char*, PolicyKind> kKinds[] = {
    {"identity-based policy", PolicyKind::kIdentity},
    {"resource-based policy", PolicyKind::kResource},
    {"service control policy", PolicyKind::kServiceControl},
    {"resource control policy", PolicyKind::kResourceControl},
    {"vpc endpoint policy", PolicyKind::kVpcEndpoint},
    {"permissions boundary", PolicyKind::kPermissionsBoundary},
    {"session policy", PolicyKind::kSession},
};

bool IsKms(const AccessDenied& denied) {
  return denied.action.compare(0, 4, "kms:") == 0;
}

// Returns the word after `label`, up to a space, a quote, a comma or a
// semicolon, without an opening quote and a full stop at the end.
std::string Word(const std::string& message, const std::string& label) {
  size_t begin = message.find(label);
  if (begin == std::string::npos) {
    return "";
  }
  begin += label.size();
  if (begin < message.size() && message[begin] == '"') {
    const size_t end = message.find('"', begin + 1);
    return message.substr(begin + 1, end == std::string::npos
                                         ? std::string::npos
                                         : end - begin - 1);
  }
  std::string word =
      message.substr(begin, message.find_first_of(" \",;", begin) - begin);
  while (!word.empty() && word.back() == '.') {
    word.pop_back();
  }
  return word;
}

}  // namespace

AccessDenied ParseAccessDenied(const std::string& message) {
  AccessDenied denied;
  denied.user = Word(message, "User: ");
  denied.action = Word(message, "not authorized to perform: ");
  denied.resource = Word(message, "on resource: ");
  const std::string lower = Lowercase(message);
  size_t reason = lower.find("explicit deny");
  denied.is_explicit = reason != std::string::npos;
  if (!denied.is_explicit) {
    reason = lower.find("because no ");
  }
  if (reason == std::string::npos) {
    return denied;
  }
  size_t first = std::string::npos;
  for (const auto& [text, kind] : kKinds) {
    const size_t at = lower.find(text, reason);
    if (at >= first) {
      continue;
    }
    first = at;
    denied.policy = kind;
  }
  if (first != std::string::npos) {
    const size_t arn = message.find("arn:", first);
    if (arn != std::string::npos) {
      denied.policy_arn = Word(message.substr(arn), "");
    }
  }
  return denied;
}

std::string DescribePolicy(const AccessDenied& denied) {
  const std::string user =
      denied.user.empty() ? "that user or role" : denied.user;
  std::string text;
  switch (denied.policy) {
    case PolicyKind::kIdentity:
      text = "a policy of " + user;
      break;
    case PolicyKind::kResource:
      text = IsKms(denied) ? "the policy of the KMS key"
                           : "the policy of the bucket or access point";
      break;
    case PolicyKind::kServiceControl:
      text = "a service control policy of the AWS organization";
      break;
    case PolicyKind::kResourceControl:
      text = "a resource control policy of the AWS organization";
      break;
    case PolicyKind::kVpcEndpoint:
      text = "the policy of the VPC endpoint that the request goes through";
      break;
    case PolicyKind::kPermissionsBoundary:
      text = "the permissions boundary of " + user;
      break;
    case PolicyKind::kSession:
      text = "the session policy with which the role was assumed";
      break;
    case PolicyKind::kUnknown:
      text =
          "a policy (of the user or role, the bucket, the VPC endpoint or the "
          "AWS organization)";
      break;
  }
  if (!denied.policy_arn.empty()) {
    text += " (" + denied.policy_arn + ")";
  }
  return text;
}

std::string AccessDeniedCure(const AccessDenied& denied,
                             const std::string& action,
                             const std::string& resource) {
  std::string what = denied.action.empty() ? action : denied.action;
  const std::string on = !denied.resource.empty() ? denied.resource
                         : denied.action.empty()  ? resource
                                                  : "";
  if (!on.empty()) {
    what += " on " + on;
  }
  if (denied.is_explicit) {
    return "an explicit deny in " + DescribePolicy(denied) + " refuses " +
           what +
           ": change that statement; a statement that allows the action does "
           "not override it";
  }
  if (denied.policy != PolicyKind::kUnknown &&
      denied.policy != PolicyKind::kIdentity) {
    return DescribePolicy(denied) + " must allow " + what;
  }
  return (IsKms(denied)
              ? "their policy and the policy of the KMS key must allow "
              : "their policy must allow ") +
         what;
}

}  // namespace s3
}  // namespace tfs3
