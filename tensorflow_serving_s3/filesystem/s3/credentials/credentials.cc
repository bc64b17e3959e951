// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"

#include <cstdint>

#include "aws/auth/credentials.h"
#include "aws/common/byte_buf.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"

namespace tfs3 {
namespace s3 {
namespace {

aws_byte_cursor Cursor(const std::string& text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}

}  // namespace

Credentials NewCredentials(const CredentialParts& parts,
                           const std::string& source) {
  Credentials credentials;
  credentials.value.reset(
      aws_credentials_new(AwsRuntime::allocator(), Cursor(parts.access_key_id),
                          Cursor(parts.secret_access_key),
                          Cursor(parts.session_token), UINT64_MAX),
      aws_credentials_release);
  credentials.source = source;
  const int64_t nsec = ParseTime(parts.expiration);
  if (nsec != 0) {
    credentials.expires_at = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::nanoseconds(nsec)));
  }
  return credentials;
}

}  // namespace s3
}  // namespace tfs3
