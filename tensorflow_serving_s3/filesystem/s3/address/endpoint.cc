// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"
#include "tensorflow_serving_s3/filesystem/s3/address/bucket_name.h"
#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"

namespace tfs3 {
namespace s3 {
namespace {

bool IsPathCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
         c == '~' || c == '/';
}

Status Unusable(const Options& options, const std::string& why) {
  return {TF_INVALID_ARGUMENT,
          "the S3 endpoint \"" + options.endpoint + "\", set by " +
              options.endpoint_source + ", cannot be used: " + why +
              "; use a form like http://127.0.0.1:9000, "
              "https://minio.example.com or minio.example.com:9000"};
}

Status Conflict(const std::string& source, const std::string& why) {
  return {TF_INVALID_ARGUMENT,
          source + " cannot be used: " + why + "; unset one of the two"};
}

// `aws`: apply AWS's rules, because the region is part of the host name.
Status CheckRegion(const Options& options, bool aws,
                   const std::string& region) {
  if (aws ? IsRegionName(region) : CanBeSigned(region)) {
    return {};
  }
  const std::string quoted = "the region \"" + OneLine(region) + "\", set by " +
                             options.region_source + ", ";
  return {TF_INVALID_ARGUMENT,
          quoted + (aws ? "is not a region of AWS: use a name like us-east-1, "
                          "of lower-case letters, digits and hyphens, or set "
                          "S3_ENDPOINT or AWS_ENDPOINT_URL for another store"
                        : "cannot be signed: it must not contain slashes, "
                          "commas or control characters, or spaces at its "
                          "ends")};
}

Status CheckBucketOfAws(const std::string& bucket) {
  const std::string broken = BrokenBucketRule(bucket);
  if (broken.empty()) {
    return {};
  }
  return {TF_INVALID_ARGUMENT,
          "\"" + bucket + "\" is not a bucket name: " + broken +
              " (at AWS; for another store set S3_ENDPOINT or "
              "AWS_ENDPOINT_URL)"};
}

// Parses Options::endpoint.
Result<Endpoint> ParseEndpoint(const Options& options) {
  if (options.endpoint.find('@') != std::string::npos) {
    // Do not quote it: the text before the @ may contain a password.
    return Status{TF_INVALID_ARGUMENT,
                  "the S3 endpoint set by " + options.endpoint_source +
                      " has a user name; set AWS_ACCESS_KEY_ID and "
                      "AWS_SECRET_ACCESS_KEY instead"};
  }
  Url url;
  const std::string wrong = ParseUrl(options.endpoint, url);
  if (!url.scheme.empty() && url.scheme != "http" && url.scheme != "https") {
    return Unusable(options, "its scheme is neither http nor https");
  }
  if (!wrong.empty()) {
    return Unusable(options, wrong);
  }
  Endpoint endpoint;
  endpoint.https = url.scheme.empty() ? options.use_https.value_or(true)
                                      : url.scheme == "https";
  endpoint.host = url.host;
  endpoint.port = url.port != 0 ? url.port : endpoint.https ? 443 : 80;
  endpoint.path_prefix = url.path;
  while (!endpoint.path_prefix.empty() && endpoint.path_prefix.back() == '/') {
    endpoint.path_prefix.pop_back();
  }
  for (const char c : endpoint.path_prefix) {
    if (!IsPathCharacter(c)) {
      return Unusable(options, std::string("its path contains '") + c + "'");
    }
  }
  return endpoint;
}

AwsHostVariant Variant(const Options& options) {
  return {!options.dual_stack_source.empty(), !options.fips_source.empty()};
}

// Returns the source of a setting that only AWS's endpoints support, or "".
std::string SourceOfAwsFeature(const Options& options) {
  for (const std::string* source :
       {&options.accelerate_source, &options.dual_stack_source,
        &options.fips_source}) {
    if (!source->empty()) {
      return *source;
    }
  }
  return "";
}

Result<Endpoint> AccessPointEndpoint(const Options& options, Endpoint base,
                                     bool aws, const std::string& arn) {
  const Result<AccessPoint> point = ParseAccessPoint(arn);
  if (!point.ok()) {
    return point.status();
  }
  if (!aws) {
    return Conflict(arn, "only AWS has access points, and the endpoint is " +
                             base.Url() + ", set by " +
                             options.endpoint_source);
  }
  if (!options.accelerate_source.empty()) {
    return Conflict(
        options.accelerate_source,
        "access points have no transfer acceleration (" + arn + ")");
  }
  base.region = point->region;
  base.host = point->name + "-" + point->account + "." +
              AwsHost("s3-accesspoint", point->region, Variant(options));
  base.path_prefix = "";
  return base;
}

Result<Endpoint> AcceleratedEndpoint(const Options& options, Endpoint base,
                                     const std::string& bucket) {
  if (!options.fips_source.empty()) {
    return Conflict(options.accelerate_source,
                    "there are no FIPS endpoints for transfer acceleration (" +
                        options.fips_source + ")");
  }
  if (bucket.find('.') != std::string::npos) {
    return Conflict(options.accelerate_source,
                    "a bucket with dots in its name, as \"" + bucket +
                        "\", has no transfer acceleration");
  }
  base.host = bucket + ".s3-accelerate" +
              (options.dual_stack_source.empty() ? "." : ".dualstack.") +
              AwsDomain(base.region);
  return base;
}

// `aws`: use AWS's endpoint for the zone.
Result<Endpoint> DirectoryBucketEndpoint(const Options& options, Endpoint base,
                                         bool aws, const std::string& bucket) {
  if (!options.accelerate_source.empty()) {
    return Conflict(
        options.accelerate_source,
        "directory buckets have no transfer acceleration (" + bucket + ")");
  }
  const std::string zone = ZoneOfDirectoryBucket(bucket);
  const std::string region = RegionOfZone(zone);
  if (!region.empty() && (aws || IsAwsHost(base.host))) {
    base.region = region;
  }
  base.service = "s3express";
  if (aws) {
    const std::string service = std::string("s3express") +
                                (options.fips_source.empty() ? "-" : "-fips-") +
                                zone;
    base.host = bucket + "." +
                AwsHost(service, base.region,
                        {/*dual_stack=*/!options.dual_stack_source.empty(),
                         /*fips=*/false});
    base.path_prefix = "";
  } else if (options.virtual_host_addressing.value_or(IsAwsHost(base.host))) {
    base.host = bucket + "." + base.host;
  } else {
    base.path_prefix += "/" + bucket;
  }
  return base;
}

}  // namespace

std::string Endpoint::Authority() const {
  std::string authority =
      host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (https ? 443 : 80)) {
    authority += ":" + std::to_string(port);
  }
  return authority;
}

std::string Endpoint::Url() const {
  return (https ? "https://" : "http://") + Authority();
}

Result<Endpoint> ResolveEndpoint(const Options& options,
                                 const std::string& bucket,
                                 const std::string& bucket_region) {
  const bool given = !options.endpoint.empty();
  Endpoint endpoint;
  if (given) {
    Result<Endpoint> parsed = ParseEndpoint(options);
    if (!parsed.ok()) {
      return parsed;
    }
    endpoint = *parsed;
  } else {
    endpoint.https = options.use_https.value_or(true);
    endpoint.port = endpoint.https ? 443 : 80;
  }
  endpoint.region = bucket_region.empty() ? options.region : bucket_region;
  // A public endpoint of AWS only sets the region.
  const bool aws = !given || PublicS3Region(endpoint.host).has_value();
  const Status region = CheckRegion(options, aws, endpoint.region);
  if (!region.ok()) {
    return region;
  }
  if (IsArn(bucket)) {
    return AccessPointEndpoint(options, endpoint, aws, bucket);
  }
  if (aws) {
    const Status name = CheckBucketOfAws(bucket);
    if (!name.ok()) {
      return name;
    }
  }
  const std::string aws_feature = SourceOfAwsFeature(options);
  if (!aws && !aws_feature.empty()) {
    return Conflict(aws_feature, "it is for AWS, and the endpoint is " +
                                     endpoint.Url() + ", set by " +
                                     options.endpoint_source);
  }
  if (IsDirectoryBucket(bucket)) {
    return DirectoryBucketEndpoint(options, endpoint, aws, bucket);
  }
  if (!options.accelerate_source.empty()) {
    return AcceleratedEndpoint(options, endpoint, bucket);
  }
  if (!given || (aws && (!bucket_region.empty() || !aws_feature.empty()))) {
    endpoint.host = AwsHost("s3", endpoint.region, Variant(options));
  }
  const bool dotted = bucket.find('.') != std::string::npos;
  const bool virtual_host = options.virtual_host_addressing.value_or(
      IsAwsHost(endpoint.host) && !dotted);
  if (virtual_host && FitsIntoHostName(bucket)) {
    endpoint.host = bucket + "." + endpoint.host;
  } else {
    endpoint.path_prefix += "/" + UriEncode(bucket, false);
  }
  return endpoint;
}

}  // namespace s3
}  // namespace tfs3
