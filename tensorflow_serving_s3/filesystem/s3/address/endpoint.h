// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Resolves the endpoint of a bucket: scheme, host, port, the beginning of the
// path, and the region of the signature.
//
//   Result<Endpoint> endpoint = ResolveEndpoint(options, "models");
//   // AWS:              https  models.s3.eu-west-1.amazonaws.com:443  ""
//   // localhost:8333:   https  localhost:8333 "/models"
//
//   - AWS: virtual-host addressing (the bucket in the host name).
//   - Other stores: path addressing, because their DNS may not have names for
//     buckets.
//   - A bucket with dots: path addressing, because wildcard certificates do not
//     cover it.
//   - Options::virtual_host_addressing overrides this choice, unless the bucket
//     cannot be part of a host name.
//   - An access point has its own host, in its region.
//   - A directory bucket uses the host of its zone, with virtual-host
//   addressing
//     on AWS, and the region of the zone.
//
// Applies AWS's rules for the names of regions and buckets only to AWS. Pure
// function: sends no request and resolves no host name.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ENDPOINT_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ENDPOINT_H_

#include <cstdint>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

struct Endpoint {
  bool https = true;
  std::string host;  // An IPv6 address without brackets.
  uint16_t port = 443;
  // "" or "/bucket", percent-encoded, without a slash at the end.
  std::string path_prefix;
  // The region and service of the signature.
  std::string region;
  std::string service = "s3";  // "s3express" for a directory bucket.

  // Returns the value of the Host header, without the scheme's default port.
  std::string Authority() const;
  // Returns "https://host[:port]", for messages.
  std::string Url() const;
};

// `bucket_region` is the known region of the bucket, or "". It is the region of
// the signature, and of the host if the endpoint is a public endpoint of AWS.
//
// INVALID_ARGUMENT, with the variable that has the value:
//   - the endpoint is neither an http or https URL nor `host[:port]`
//   - the store does not allow the name of the region or the bucket
//   - contradictory settings
Result<Endpoint> ResolveEndpoint(const Options& options,
                                 const std::string& bucket,
                                 const std::string& bucket_region = "");

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ENDPOINT_H_
