// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"

#include <algorithm>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kForm[] =
    "expected arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME (docs/s3.md)";

// Splits an ARN into "arn", partition, service, region, account and the rest.
std::vector<std::string> Fields(const std::string& arn) {
  std::vector<std::string> fields;
  size_t begin = 0;
  while (fields.size() < 5) {
    const size_t colon = arn.find(':', begin);
    if (colon == std::string::npos) {
      break;
    }
    fields.push_back(arn.substr(begin, colon - begin));
    begin = colon + 1;
  }
  fields.push_back(arn.substr(begin));
  return fields;
}

bool IsLabel(const std::string& text) {
  return IsRegionName(text) && text.front() != '-' && text.back() != '-' &&
         text.size() <= 63;
}

}  // namespace

bool IsArn(const std::string& text) { return text.compare(0, 4, "arn:") == 0; }

bool IsAccessPointAlias(const std::string& bucket) {
  const std::string end = "-s3alias";
  const size_t at = bucket.rfind(end);
  return at != std::string::npos && at + end.size() == bucket.size();
}

size_t ArnLength(const std::string& text) {
  // "accesspoint/NAME" and "accesspoint:NAME" are equivalent.
  const std::string kind = "accesspoint/";
  const size_t slash = text.find('/');
  if (slash == std::string::npos) {
    return text.size();
  }
  const size_t kind_begin = slash + 1 - std::min(slash + 1, kind.size());
  const bool part_of_it =
      text.compare(kind_begin, slash + 1 - kind_begin, kind) == 0;
  return std::min(part_of_it ? text.find('/', slash + 1) : slash, text.size());
}

Result<AccessPoint> ParseAccessPoint(const std::string& arn) {
  const std::string quoted = "\"" + arn + "\"";
  const std::vector<std::string> fields = Fields(arn);
  if (fields.size() != 6 || fields[0] != "arn") {
    return Status{TF_INVALID_ARGUMENT,
                  quoted + " is not the ARN of an access point: " + kForm};
  }
  if (fields[2] != "s3") {
    return Status{TF_UNIMPLEMENTED,
                  quoted + ": access points of " + fields[2] +
                      " are not supported, only those of s3; use the ARN or "
                      "the alias of an access point of the bucket itself"};
  }
  if (fields[3].empty() && !fields[4].empty()) {
    return Status{TF_UNIMPLEMENTED,
                  quoted +
                      ": multi-region access points are not supported; use "
                      "the access point or the bucket of one region"};
  }
  const std::string kind = "accesspoint";
  const std::string& resource = fields[5];
  AccessPoint point;
  point.region = fields[3];
  point.account = fields[4];
  if (resource.compare(0, kind.size(), kind) == 0 &&
      resource.size() > kind.size() + 1 &&
      (resource[kind.size()] == '/' || resource[kind.size()] == ':')) {
    point.name = resource.substr(kind.size() + 1);
  }
  if (!IsLabel(point.region) || !IsLabel(point.account) ||
      !IsLabel(point.name) || fields[1] != AwsPartition(point.region)) {
    return Status{TF_INVALID_ARGUMENT,
                  quoted + " is not the ARN of an access point: " + kForm};
  }
  return point;
}

}  // namespace s3
}  // namespace tfs3
