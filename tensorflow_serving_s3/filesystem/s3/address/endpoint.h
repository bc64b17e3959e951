// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where the requests for a bucket go: options + bucket -> scheme, host, port,
// the beginning of the path and the region that the signature names.
//
//   Result<Endpoint> endpoint = ResolveEndpoint(options, "models");
//   // AWS:              https  models.s3.eu-west-1.amazonaws.com:443  ""
//   // localhost:8333:   https  localhost:8333 "/models"
//
// Virtual-host addressing (the bucket in the host name) for AWS; path style
// (the bucket in the path) for any other endpoint, whose DNS need not know
// buckets, and for a bucket with dots, whose name a wildcard certificate does
// not cover. Options::virtual_host_addressing overrules the choice, except for
// a bucket that cannot be part of a host name. An access point has a host of
// its own, in its region. A directory bucket is at the host of its zone, always
// virtual-hosted on AWS; the region is that of the zone. AWS's rules for the
// names of regions and buckets hold for AWS's endpoints only. Pure function;
// nothing is resolved or contacted.
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
  std::string host;  // An IPv6 address has no brackets here.
  uint16_t port = 443;
  // "" or "/bucket", percent-encoded, no slash at the end.
  std::string path_prefix;
  // For the signature.
  std::string region;
  std::string service = "s3";  // "s3express" for a directory bucket.

  // The value of the Host header: no port where it is the scheme's own.
  std::string Authority() const;
  // "https://host[:port]", for messages.
  std::string Url() const;
};

// `bucket_region`, where it is not "", is where the bucket is known to be: its
// requests are signed for that region and go to AWS's endpoint there, unless
// the user gave an endpoint that is none of AWS's public ones.
// INVALID_ARGUMENT, naming the variable that gave it, for an endpoint that is
// no URL of scheme http or https and no `host[:port]`, for a name of a region
// or a bucket that the store cannot have, and for settings that do not go
// together.
Result<Endpoint> ResolveEndpoint(const Options& options,
                                 const std::string& bucket,
                                 const std::string& bucket_region = "");

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ENDPOINT_H_
