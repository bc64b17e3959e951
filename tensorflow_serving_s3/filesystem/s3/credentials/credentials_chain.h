// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Finds credentials. Uses the first of these sources that has them:
//
//   anonymous     if the options say so
//   environment   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//   profile       the shared AWS files, profile AWS_PROFILE or "default"
//   web identity  AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (EKS's IRSA)
//   container     AWS_CONTAINER_CREDENTIALS_* (ECS, EKS pod identity)
//   instance      the EC2 metadata service, unless the container variables are
//                 set or AWS_EC2_METADATA_DISABLED is true
//
//   CredentialsChain chain(options, ProcessGetenv, bootstrap);
//   Result<Credentials> credentials = chain.Get();
//   Sign(credentials->value.get());  Report(credentials->source);
//
//   - Skips sources without credentials. If a source that should have
//     credentials fails, the search ends with its error.
//   - Caches credentials. Some minutes before they expire, one caller fetches
//     new ones; the other callers use the old ones.
//   - Without a metadata service, the search takes at most one second. The
//     result "no credentials" is cached for some seconds.
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_CHAIN_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_CHAIN_H_

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

struct aws_client_bootstrap;

namespace tfs3 {
namespace s3 {

class CredentialsChain {
 public:
  // `bootstrap` must outlive it.
  CredentialsChain(const Options& options, const GetenvFn& getenv_fn,
                   aws_client_bootstrap* bootstrap);
  explicit CredentialsChain(std::vector<CredentialsSource> sources);

  // May block for some seconds, or half a minute for a credential_process.
  // UNAUTHENTICATED, with the result of each source: no source has credentials.
  Result<Credentials> Get();

  // Discards credentials that the store rejects: the next Get fetches new ones.
  // Returns false if it would return the same credentials.
  bool Forget(const Credentials& stale);

  CredentialsChain(const CredentialsChain&) = delete;
  CredentialsChain& operator=(const CredentialsChain&) = delete;

 private:
  using Clock = std::chrono::system_clock;

  void AddSources(const Options& options, const GetenvFn& getenv_fn);
  Result<Credentials> FetchFromAllSources() const;
  // The functions below require `mutex_`.
  bool IsExpired(Clock::time_point now) const;
  bool IsDue(Clock::time_point now) const;
  void Store(const Credentials& credentials);

  std::optional<CredentialsService> service_;
  std::vector<CredentialsSource> sources_;
  bool fixed_ = false;  // The credentials do not change.

  std::mutex mutex_;
  std::optional<Credentials> current_;
  Clock::time_point fetched_at_;
  bool refreshing_ = false;
  Clock::time_point next_refresh_;  // After a failed refresh.
  Status failure_;                  // Of the last search without a result.
  Clock::time_point failed_at_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_CHAIN_H_
