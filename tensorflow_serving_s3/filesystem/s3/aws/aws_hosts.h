// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// How AWS names the hosts of its services, by region:
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

// "amazonaws.com", or what the region's partition has in its place.
std::string AwsDomain(const std::string& region);

// The name of the partition, as the ARNs of its resources begin: "aws".
std::string AwsPartition(const std::string& region);

bool IsAwsHost(const std::string& host);

// The region of a public endpoint of S3, "" for the global one; nullopt for any
// other host, those in a VPC among them.
std::optional<std::string> PublicS3Region(const std::string& host);

// Whether it is made of what the names of AWS's regions are made of.
bool IsRegionName(const std::string& text);

// Whether a signature can name it as its region: other stores have regions of
// any name, as "RegionOne" or "us_east".
bool CanBeSigned(const std::string& region);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_HOSTS_H_
