// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Removes secrets from the log of the AWS Common Runtime. Its level trace
// writes all request headers, including signatures, session tokens and the
// password of a proxy.
//
//   WithoutSecrets("id=0x1: Sending header: Authorization: AWS4-HMAC...")
//   // "id=0x1: Sending header: Authorization: (not shown)"
//
// Pure.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_LOG_FILTER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_LOG_FILTER_H_

#include <string>

namespace tfs3 {
namespace s3 {

// Keeps only the values of headers that are known to be harmless.
std::string WithoutSecrets(const std::string& message);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_LOG_FILTER_H_
