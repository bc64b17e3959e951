// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Builds and recognises the host names of AWS services.
//
//   AwsHost("s3", "eu-west-1", {})             "s3.eu-west-1.amazonaws.com"
//   AwsHost("s3", "cn-north-1", {})            "s3.cn-north-1.amazonaws.com.cn"
//   AwsHost("s3", "us-east-1", {dual, fips})   "s3-fips.dualstack.us-east-1..."
//   AwsHost("sts", "eu-west-1", {dual, false}) "sts.eu-west-1.api.aws"
//   PublicS3Region("s3-eu-west-1.amazonaws.com")                    "eu-west-1"
//
// https://docs.aws.amazon.com/general/latest/gr/s3.html
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_HOSTS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_HOSTS_H_

#include <optional>
#include <string>

namespace tfs3 {
namespace s3 {

struct AwsHostVariant {
  bool dual_stack = false;  // IPv6 as well as IPv4.
  bool fips = false;
};

// The host of `service` ("s3", "sts", "portal.sso") in `region`.
std::string AwsHost(const std::string& service, const std::string& region,
                    AwsHostVariant variant);

// Returns the domain of the region's partition: "amazonaws.com".
std::string AwsDomain(const std::string& region);

// Returns the partition in the ARNs of the region: "aws".
std::string AwsPartition(const std::string& region);

bool IsAwsHost(const std::string& host);

// Returns the region of a public S3 endpoint, "" for the global endpoint, and
// nullopt for other hosts, including VPC endpoints.
std::optional<std::string> PublicS3Region(const std::string& host);

// Returns true if `text` has only the characters of AWS region names.
bool IsRegionName(const std::string& text);

// Returns true if a signature can contain the region. Other stores use names
// like "RegionOne" or "us_east".
bool CanBeSigned(const std::string& region);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_HOSTS_H_
