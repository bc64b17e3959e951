// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Checks AWS's rules for the names of general purpose buckets. Other stores
// have other rules: Ceph allows "tenant:bucket", for example.
//
//   BrokenBucketRule("models");   // ""
//   BrokenBucketRule("Models");   // "a bucket name consists of lower-case ..."
//   FitsIntoHostName("a");        // true
//
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_BUCKET_NAME_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_BUCKET_NAME_H_

#include <string>

namespace tfs3 {
namespace s3 {

// Returns the rule that `name` breaks, or "".
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
std::string BrokenBucketRule(const std::string& name);

// Returns true if virtual-host addressing supports `name`. Host names ignore
// the case of letters.
bool FitsIntoHostName(const std::string& name);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_BUCKET_NAME_H_
