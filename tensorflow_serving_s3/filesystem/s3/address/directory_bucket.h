// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses the names of directory buckets (S3 Express One Zone) and of their
// access points, which end in the ID of a zone and a suffix:
//
//   IsDirectoryBucket("models--usw2-az1--x-s3")     true
//   ZoneOfDirectoryBucket("models--usw2-az1--x-s3") "usw2-az1"
//   RegionOfZone("usw2-az1")                        "us-west-2"
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
//
// Differences from other buckets:
//   endpoint       one host for each zone (endpoint.h)
//   signature      service s3express, with a session (express_sessions.h)
//   lists          unsorted; a prefix ends in a slash (Client::ListObjects)
//   ETags          random, not an MD5
//   not supported  requester pays, acceleration, Content-MD5 on writes
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_DIRECTORY_BUCKET_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_DIRECTORY_BUCKET_H_

#include <string>

namespace tfs3 {
namespace s3 {

bool IsDirectoryBucket(const std::string& bucket);

// Returns the ID of the zone; "" if `bucket` is not a directory bucket.
std::string ZoneOfDirectoryBucket(const std::string& bucket);

// Returns the region of a zone; "" if the ID does not follow AWS's scheme.
std::string RegionOfZone(const std::string& zone);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_DIRECTORY_BUCKET_H_
