// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Credentials for requests, and the sources of credentials.
//
//   CredentialParts parts;
//   parts.access_key_id = ...
//   Credentials credentials = NewCredentials(parts, "the profile \"ci\"");
//
// Credentials are shared, immutable and thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

struct aws_credentials;

namespace tfs3 {
namespace s3 {

struct Credentials {
  // Null for anonymous access.
  std::shared_ptr<const aws_credentials> value;
  // The source, for messages.
  std::string source;
  // nullopt: unknown.
  std::optional<std::chrono::system_clock::time_point> expires_at;
};

// Secrets: must not appear in messages.
struct CredentialParts {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "" if absent.
  // In the format of the service: "2026-01-31T12:00:00Z"; "" if absent.
  std::string expiration;
};

Credentials NewCredentials(const CredentialParts& parts,
                           const std::string& source);

// A source of credentials.
struct CredentialsSource {
  std::string description;  // "the profile \"ci\""
  // Blocks. NOT_FOUND: the source has no credentials; the chain tries the next
  // one. Other errors: the source should have credentials and failed.
  std::function<Result<Credentials>()> fetch;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_H_
