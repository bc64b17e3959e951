// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs the `credential_process` of a profile, which prints credentials.
//
//   Result<Credentials> credentials = RunCredentialProcess(
//       "/usr/bin/vault-aws serving", "the profile \"ci\"");
//
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
// The command runs in /bin/sh, without input, for at most thirty seconds.
// UNAUTHENTICATED, with the exit status and the beginning of stderr: it failed.
// Messages do not contain its stdout. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIAL_PROCESS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIAL_PROCESS_H_

#include <chrono>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"

namespace tfs3 {
namespace s3 {

Result<Credentials> RunCredentialProcess(
    const std::string& command, const std::string& source,
    std::chrono::milliseconds timeout = std::chrono::seconds(30));

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIAL_PROCESS_H_
