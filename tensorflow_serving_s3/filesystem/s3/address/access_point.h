// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The Amazon Resource Names that stand for a bucket in a URL:
//
//   s3://arn:aws:s3:us-east-1:123456789012:accesspoint/name/key
//   Result<AccessPoint> point =
//       ParseAccessPoint("arn:aws:s3:us-east-1:123456789012:accesspoint/name");
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html
// The alias of an access point is a bucket's name like any other and needs none
// of this. Pure functions.
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

// Whether the name of a bucket is the alias of an access point.
bool IsAccessPointAlias(const std::string& bucket);

// Where the ARN that `text` begins with ends: at its end or at the slash before
// the key.
size_t ArnLength(const std::string& text);

// INVALID_ARGUMENT for an ARN of another form; UNIMPLEMENTED for the kinds that
// are not served: multi-region, Object Lambda and Outposts access points.
Result<AccessPoint> ParseAccessPoint(const std::string& arn);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_ACCESS_POINT_H_
