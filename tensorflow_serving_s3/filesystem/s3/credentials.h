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
//   CredentialsChain chain(options, ProcessGetenv);
//   Result<Credentials> credentials = chain.Get(std::chrono::seconds(4));
//   Sign(credentials->value.get());  Report(credentials->source);
//
// A source that has answered is kept; temporary credentials are fetched again
// before they expire. Off EC2 the metadata service costs at most one second,
// and "nobody has credentials" is remembered for some seconds before all are
// asked again. Thread-safe; one caller at a time asks the sources.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/config.h"
#include "tensorflow_serving_s3/filesystem/s3/status.h"

struct aws_credentials;
struct aws_credentials_provider;

namespace tfs3 {
namespace s3 {

struct Credentials {
  // Null for anonymous access.
  std::shared_ptr<const aws_credentials> value;
  // For messages: where they came from, never what they are.
  std::string source;
};

class CredentialsChain {
 public:
  CredentialsChain(const Options& options, const GetenvFn& getenv_fn);
  ~CredentialsChain();

  // Waits for slow sources, `patience` in all. UNAUTHENTICATED, listing the
  // sources that were asked and what each said, when none has credentials.
  Result<Credentials> Get(std::chrono::milliseconds patience);

  CredentialsChain(const CredentialsChain&) = delete;
  CredentialsChain& operator=(const CredentialsChain&) = delete;

 private:
  using ProviderPtr = std::shared_ptr<aws_credentials_provider>;
  using Clock = std::chrono::steady_clock;

  struct Source {
    std::string description;
    // Null when there is nothing to ask; aws_last_error() says why.
    std::function<aws_credentials_provider*()> make_provider;
    std::chrono::milliseconds patience;
  };

  void AddSources(const Options& options, const GetenvFn& getenv_fn);
  // Requires `mutex_`.
  Result<Credentials> AskAllSources(Clock::time_point deadline);

  const bool anonymous_;
  const std::string anonymous_source_;
  std::vector<Source> sources_;

  std::mutex mutex_;
  ProviderPtr provider_;  // Of the source that answered last.
  std::string provider_source_;
  Status failure_;  // Of the last time that all sources were asked.
  Clock::time_point failed_at_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_H_
