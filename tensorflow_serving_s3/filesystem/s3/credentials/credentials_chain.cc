// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// This file does not use the CRT's providers for these sources, because they
//   - do not report which source has the credentials, or the error of STS;
//   - wait for the metadata service without a limit;
//   - connect to STS only at port 443;
//   - discard the stderr of a credential_process;
//   - write access key IDs into the debug log.
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_chain.h"

#include <algorithm>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/host_credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/profile_credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/sts.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// How long the result "no credentials" is cached.
constexpr seconds kFailureLifetime(3);
// How long credentials without an expiry are cached; their file may change.
constexpr minutes kLifetime(15);
// Time before the expiry at which new credentials are fetched. The services
// issue new ones five minutes before the expiry.
constexpr minutes kMargin(5);
constexpr seconds kRefreshPause(20);

std::string Text(const GetenvFn& getenv_fn, const char* name) {
  return getenv_fn(name).value_or("");
}

Result<Credentials> FetchWebIdentity(CredentialsService& service,
                                     const GetenvFn& getenv_fn,
                                     const Options& options,
                                     const std::string& description) {
  RoleRequest role;
  role.arn = Text(getenv_fn, "AWS_ROLE_ARN");
  role.session_name = Text(getenv_fn, "AWS_ROLE_SESSION_NAME");
  if (role.arn.empty()) {
    return Status{TF_FAILED_PRECONDITION,
                  "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not"};
  }
  const ProfileFiles files = ProfileFiles::Read(getenv_fn);
  const ServiceEndpoint sts = StsEndpoint(
      getenv_fn,
      [&](const std::string& profile, const char* property) {
        return files.Get(profile, property);
      },
      options);
  return AssumeRoleWithWebIdentity(
      service, sts, role, Text(getenv_fn, "AWS_WEB_IDENTITY_TOKEN_FILE"),
      description);
}

}  // namespace

CredentialsChain::CredentialsChain(const Options& options,
                                   const GetenvFn& getenv_fn,
                                   aws_client_bootstrap* bootstrap) {
  if (options.anonymous) {
    fixed_ = true;
    const Credentials anonymous = {nullptr, options.anonymous_source, {}};
    sources_ = {{options.anonymous_source,
                 [anonymous] { return Result<Credentials>(anonymous); }}};
    return;
  }
  service_.emplace(options, bootstrap);
  AddSources(options, getenv_fn);
}

CredentialsChain::CredentialsChain(std::vector<CredentialsSource> sources)
    : sources_(std::move(sources)) {}

void CredentialsChain::AddSources(const Options& options,
                                  const GetenvFn& getenv_fn) {
  CredentialParts keys;
  keys.access_key_id = Text(getenv_fn, "AWS_ACCESS_KEY_ID");
  keys.secret_access_key = Text(getenv_fn, "AWS_SECRET_ACCESS_KEY");
  keys.session_token = Text(getenv_fn, "AWS_SESSION_TOKEN");
  const bool has_id = !keys.access_key_id.empty();
  if (has_id || !keys.secret_access_key.empty()) {
    // Do not try other sources.
    fixed_ = true;
    const std::string description =
        "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)";
    Result<Credentials> credentials =
        has_id == !keys.secret_access_key.empty()
            ? Result<Credentials>(NewCredentials(keys, description))
            : Status{
                  TF_UNAUTHENTICATED,
                  std::string(has_id ? "AWS_ACCESS_KEY_ID"
                                     : "AWS_SECRET_ACCESS_KEY") +
                      " is set and " +
                      (has_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID") +
                      " is not: set both or none"};
    sources_ = {{description, [credentials] { return credentials; }}};
    return;
  }
  sources_.push_back(
      {"the profile \"" + options.profile + "\"",
       [=] { return FetchProfileCredentials(*service_, getenv_fn, options); }});
  if (!Text(getenv_fn, "AWS_WEB_IDENTITY_TOKEN_FILE").empty()) {
    const std::string description =
        "the web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN)";
    sources_.push_back({description, [=] {
                          return FetchWebIdentity(*service_, getenv_fn, options,
                                                  description);
                        }});
  }
  if (!Text(getenv_fn, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
      !Text(getenv_fn, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) {
    sources_.push_back(
        {kContainerSource,
         [=] { return FetchContainerCredentials(*service_, getenv_fn); }});
  } else {
    sources_.push_back({kInstanceSource, [=] {
                          return FetchInstanceCredentials(*service_, getenv_fn);
                        }});
  }
}

bool CredentialsChain::IsExpired(Clock::time_point now) const {
  return current_->expires_at.has_value() && *current_->expires_at <= now;
}

bool CredentialsChain::IsDue(Clock::time_point now) const {
  if (fixed_ || now < next_refresh_) {
    return false;
  }
  if (!current_->expires_at.has_value()) {
    return now >= fetched_at_ + kLifetime;
  }
  // Do not fetch credentials with a short lifetime for every request.
  const Clock::duration margin = std::min<Clock::duration>(
      kMargin, (*current_->expires_at - fetched_at_) / 4);
  return now >= *current_->expires_at - margin;
}

void CredentialsChain::Store(const Credentials& credentials) {
  current_ = credentials;
  fetched_at_ = Clock::now();
  failure_ = Status();
}

Result<Credentials> CredentialsChain::Get() {
  std::unique_lock<std::mutex> lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (current_.has_value() && !IsExpired(now)) {
    if (refreshing_ || !IsDue(now)) {
      return *current_;
    }
    refreshing_ = true;
    lock.unlock();
    const Result<Credentials> fresh = FetchFromAllSources();
    lock.lock();
    refreshing_ = false;
    if (fresh.ok()) {
      Store(*fresh);
      return *fresh;
    }
    next_refresh_ = Clock::now() + kRefreshPause;
    if (current_.has_value()) {
      return *current_;
    }
    return fresh;
  }
  if (!failure_.ok() && now < failed_at_ + kFailureLifetime) {
    return failure_;
  }
  const Result<Credentials> credentials = FetchFromAllSources();
  if (credentials.ok()) {
    Store(*credentials);
  } else {
    failure_ = credentials.status();
    failed_at_ = Clock::now();
  }
  return credentials;
}

bool CredentialsChain::Forget(const Credentials& stale) {
  if (fixed_) {
    return false;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  if (current_.has_value() && current_->value == stale.value) {
    current_.reset();
  }
  return true;
}

Result<Credentials> CredentialsChain::FetchFromAllSources() const {
  std::string asked;
  for (const CredentialsSource& source : sources_) {
    Result<Credentials> credentials = source.fetch();
    if (credentials.ok()) {
      return credentials;
    }
    const Status& status = credentials.status();
    if (status.code != TF_NOT_FOUND) {
      return Status{status.code, "no credentials for S3: " + status.message};
    }
    asked += "; " + source.description + ": " + status.message;
  }
  return Status{TF_UNAUTHENTICATED,
                "no credentials for S3: AWS_ACCESS_KEY_ID is not set" + asked +
                    ". Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or "
                    "AWS_PROFILE, or AWS_NO_SIGN_REQUEST=1 for a public "
                    "bucket"};
}

}  // namespace s3
}  // namespace tfs3
