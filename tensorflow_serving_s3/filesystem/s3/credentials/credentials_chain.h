// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whose requests these are. The first source that has credentials gives them:
//
//   none at all   when the options say anonymous
//   environment   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//   profile       the shared AWS files, profile AWS_PROFILE or "default"
//   web identity  AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (EKS's IRSA)
//   container     AWS_CONTAINER_CREDENTIALS_* (ECS, EKS pod identity)
//   instance      the EC2 metadata service; not where the container variables
//                 are set or AWS_EC2_METADATA_DISABLED is true
//
//   CredentialsChain chain(options, ProcessGetenv, bootstrap);
//   Result<Credentials> credentials = chain.Get();
//   Sign(credentials->value.get());  Report(credentials->source);
//
// A source that has nothing to say is passed over; one that should have
// credentials and fails ends the search, and the message is its own. What was
// fetched is kept. Temporary credentials are fetched again some minutes before
// they expire, by one caller, while the others go on with what there is.
// Without any the metadata service costs at most one second, and "nobody has
// credentials" is remembered for some seconds before all are asked again.
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
  // Of these sources.
  explicit CredentialsChain(std::vector<CredentialsSource> sources);

  // Blocks while a source is slow: some seconds; for a credential_process half
  // a minute. UNAUTHENTICATED, listing the sources that were asked and what
  // each said, when none has credentials.
  Result<Credentials> Get();

  // The store does not take these any more: the next Get fetches anew. False
  // when that would only bring the same again.
  bool Forget(const Credentials& stale);

  CredentialsChain(const CredentialsChain&) = delete;
  CredentialsChain& operator=(const CredentialsChain&) = delete;

 private:
  using Clock = std::chrono::system_clock;

  void AddSources(const Options& options, const GetenvFn& getenv_fn);
  Result<Credentials> AskAllSources() const;
  // These require `mutex_`.
  bool IsExpired(Clock::time_point now) const;
  bool IsDue(Clock::time_point now) const;
  void Keep(const Credentials& credentials);

  std::optional<CredentialsService> service_;
  std::vector<CredentialsSource> sources_;
  bool fixed_ = false;  // They do not change.

  std::mutex mutex_;
  std::optional<Credentials> current_;
  Clock::time_point fetched_at_;
  bool refreshing_ = false;
  Clock::time_point next_refresh_;  // After one that failed.
  Status failure_;  // Of the last time that all sources were asked in vain.
  Clock::time_point failed_at_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_CHAIN_H_
