// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses the ARN of an access point, which a URL may have instead of a bucket:
//
//   s3://arn:aws:s3:us-east-1:123456789012:accesspoint/name/key
//   Result<AccessPoint> point =
//       ParseAccessPoint("arn:aws:s3:us-east-1:123456789012:accesspoint/name");
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html
// An alias of an access point is used like the name of a bucket. Pure
// functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ACCESS_POINT_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ACCESS_POINT_H_

#include <cstddef>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

struct AccessPoint {
  std::string region;
  std::string account;
  std::string name;
};

bool IsArn(const std::string& text);

// Returns true if `bucket` is the alias of an access point.
bool IsAccessPointAlias(const std::string& bucket);

// Returns the length of the ARN at the beginning of `text`, which ends at the
// slash before the key.
size_t ArnLength(const std::string& text);

//   INVALID_ARGUMENT: not the ARN of an access point
//   UNIMPLEMENTED: multi-region, Object Lambda and Outposts access points
Result<AccessPoint> ParseAccessPoint(const std::string& arn);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ACCESS_POINT_H_
