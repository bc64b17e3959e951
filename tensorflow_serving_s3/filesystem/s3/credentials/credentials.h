// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whose request it is, and where credentials come from.
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
  // For messages: where they came from, never what they are.
  std::string source;
  // Nullopt: they did not say.
  std::optional<std::chrono::system_clock::time_point> expires_at;
};

// What must not be shown to anybody.
struct CredentialParts {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // "" for none.
  // As its service writes it: "2026-01-31T12:00:00Z"; "" for none.
  std::string expiration;
};

Credentials NewCredentials(const CredentialParts& parts,
                           const std::string& source);

// One place where credentials may be.
struct CredentialsSource {
  std::string description;  // "the profile \"ci\""
  // Blocks. NOT_FOUND when there are none in this place, so that another may be
  // asked; any other failure is one of somebody who should have had them.
  std::function<Result<Credentials>()> fetch;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_H_
