// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Takes secrets out of what the AWS Common Runtime logs. At its level trace it
// writes every header of a request, and with them signatures, session tokens
// and the password of a proxy.
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

// Keeps the values of those headers of a request that are known to be none.
std::string WithoutSecrets(const std::string& message);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_LOG_FILTER_H_
