// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One property of a profile of the shared AWS files (~/.aws/config and
// ~/.aws/credentials, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE
// say they are).
//
//   std::optional<std::string> region = ProfileProperty("default", "region");
//
// The files are read at every call; a missing or malformed file has no
// properties. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PROFILE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PROFILE_H_

#include <optional>
#include <string>

namespace tfs3 {
namespace s3 {

std::optional<std::string> ProfileProperty(const std::string& profile,
                                           const char* property);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PROFILE_H_
