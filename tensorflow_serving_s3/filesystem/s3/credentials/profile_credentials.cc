// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/profile_credentials.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"
#include "tensorflow_serving_s3/filesystem/s3/base/log.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credential_process.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/host_credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/sso.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/sts.h"

namespace tfs3 {
namespace s3 {
namespace {

std::string Quoted(const std::string& profile) {
  return "the profile \"" + profile + "\"";
}

std::string Text(const GetenvFn& getenv_fn, const char* name) {
  return getenv_fn(name).value_or("");
}

// Resolves a profile, and the profiles that it refers to.
class Resolver {
 public:
  Resolver(CredentialsService& service, const GetenvFn& getenv_fn,
           const Options& options, const ProfileFiles& files)
      : service_(service),
        getenv_fn_(getenv_fn),
        options_(options),
        files_(files) {}

  Result<Credentials> Resolve(const std::string& profile) {
    const bool again =
        std::find(visited_.begin(), visited_.end(), profile) != visited_.end();
    const bool has_keys = !Get(profile, "aws_access_key_id").empty() ||
                          !Get(profile, "aws_secret_access_key").empty();
    // A profile may be the source_profile of itself.
    if (again && !has_keys) {
      return Wrong(profile, "is its own source_profile, through " +
                                std::to_string(visited_.size()) + " profiles");
    }
    visited_.push_back(profile);
    if (!Get(profile, "role_arn").empty() &&
        (visited_.size() == 1 || !has_keys)) {
      return OfRole(profile);
    }
    if (has_keys) {
      return OfKeys(profile);
    }
    if (!Get(profile, "sso_session").empty() ||
        !Get(profile, "sso_account_id").empty()) {
      return FetchSsoCredentials(service_, getenv_fn_, files_, options_,
                                 profile, Quoted(profile));
    }
    const std::string command = Get(profile, "credential_process");
    if (!command.empty()) {
      return RunCredentialProcess(command, Quoted(profile));
    }
    if (!Get(profile, "login_session").empty()) {
      return OfLogin(profile);
    }
    return Status{TF_NOT_FOUND, Quoted(profile) + " in " + files_.names() +
                                    " has no credentials"};
  }

 private:
  std::string Get(const std::string& profile, const char* property) const {
    return files_.Get(profile, property).value_or("");
  }

  Status Wrong(const std::string& profile, const std::string& what) const {
    return {TF_FAILED_PRECONDITION,
            Quoted(profile) + " in " + files_.names() + " " + what};
  }

  Result<Credentials> OfKeys(const std::string& profile) {
    CredentialParts parts;
    parts.access_key_id = Get(profile, "aws_access_key_id");
    parts.secret_access_key = Get(profile, "aws_secret_access_key");
    // As in the AWS CLI, the older name has priority.
    parts.session_token = Get(profile, "aws_security_token");
    if (parts.session_token.empty()) {
      parts.session_token = Get(profile, "aws_session_token");
    }
    if (parts.access_key_id.empty() || parts.secret_access_key.empty()) {
      return Wrong(profile,
                   "has only one of aws_access_key_id and "
                   "aws_secret_access_key");
    }
    return NewCredentials(parts, Quoted(profile));
  }

  // `aws login` issues credentials for 15 minutes. Renewing them requires a key
  // in the cache of the AWS CLI, so only the CLI can do it.
  Status OfLogin(const std::string& profile) const {
    const std::string command =
        "aws configure export-credentials --format process --profile " +
        (profile.find(' ') == std::string::npos ? profile
                                                : "\"" + profile + "\"");
    return Wrong(profile,
                 "has login_session (aws login), whose credentials only the "
                 "AWS CLI can renew: add another profile with "
                 "credential_process = " +
                     command + ", and name that one in AWS_PROFILE");
  }

  Result<Credentials> OfRole(const std::string& profile) {
    const std::string source_profile = Get(profile, "source_profile");
    const std::string credential_source = Get(profile, "credential_source");
    const std::string token_file = Get(profile, "web_identity_token_file");
    RoleRequest role;
    role.arn = Get(profile, "role_arn");
    role.session_name = Get(profile, "role_session_name");
    role.external_id = Get(profile, "external_id");
    role.duration_seconds = Get(profile, "duration_seconds");
    if (!role.duration_seconds.empty() &&
        !ParseUnsigned(role.duration_seconds).has_value()) {
      LogWarningOnce("duration_seconds of " + Quoted(profile) + " is \"" +
                     OneLine(role.duration_seconds) +
                     "\", which is ignored: use a whole number");
      role.duration_seconds.clear();
    }
    if (!Get(profile, "mfa_serial").empty()) {
      return Wrong(profile,
                   "has mfa_serial, which needs a person to enter a code");
    }
    if (!source_profile.empty() && !credential_source.empty()) {
      return Wrong(profile, "has both source_profile and credential_source");
    }
    const ServiceEndpoint sts = StsEndpoint(
        getenv_fn_,
        [&](const std::string& name, const char* property) {
          return files_.Get(name, property);
        },
        options_);
    if (source_profile.empty() && credential_source.empty()) {
      if (token_file.empty()) {
        return Wrong(profile,
                     "has role_arn, and none of source_profile, "
                     "credential_source and web_identity_token_file");
      }
      return Named(profile,
                   AssumeRoleWithWebIdentity(service_, sts, role, token_file,
                                             Quoted(profile)));
    }
    const Result<Credentials> base = source_profile.empty()
                                         ? Base(profile, credential_source)
                                         : BaseProfile(profile, source_profile);
    if (!base.ok()) {
      return base.status();
    }
    return Named(profile,
                 AssumeRole(service_, sts, role, *base, Quoted(profile)));
  }

  Result<Credentials> BaseProfile(const std::string& profile,
                                  const std::string& source_profile) {
    if (!files_.Has(source_profile)) {
      return Wrong(profile, "has the source_profile \"" + source_profile +
                                "\", which does not exist");
    }
    Result<Credentials> base = Resolve(source_profile);
    if (!base.ok() && base.status().code == TF_NOT_FOUND) {
      return Status{TF_FAILED_PRECONDITION, base.status().message};
    }
    return base;
  }

  Result<Credentials> Base(const std::string& profile,
                           const std::string& credential_source) {
    const std::string said = "has the credential_source " + credential_source;
    Result<Credentials> base = Status{TF_NOT_FOUND, ""};
    if (credential_source == "Environment") {
      CredentialParts parts;
      parts.access_key_id = Text(getenv_fn_, "AWS_ACCESS_KEY_ID");
      parts.secret_access_key = Text(getenv_fn_, "AWS_SECRET_ACCESS_KEY");
      parts.session_token = Text(getenv_fn_, "AWS_SESSION_TOKEN");
      if (parts.access_key_id.empty() || parts.secret_access_key.empty()) {
        return Wrong(profile, said +
                                  ", and AWS_ACCESS_KEY_ID and "
                                  "AWS_SECRET_ACCESS_KEY are not set");
      }
      return NewCredentials(parts, "the environment");
    }
    if (credential_source == "EcsContainer") {
      base = FetchContainerCredentials(service_, getenv_fn_);
    } else if (credential_source == "Ec2InstanceMetadata") {
      base = FetchInstanceCredentials(service_, getenv_fn_);
    } else {
      return Wrong(profile, said +
                                ", which is none of Environment, "
                                "EcsContainer and Ec2InstanceMetadata");
    }
    if (base.ok()) {
      return base;
    }
    return Wrong(profile, said + ": " + base.status().message);
  }

  // Adds the name of the profile to an error.
  static Result<Credentials> Named(const std::string& profile,
                                   Result<Credentials> credentials) {
    if (credentials.ok()) {
      return credentials;
    }
    return Status{credentials.status().code,
                  Quoted(profile) + ": " + credentials.status().message};
  }

  CredentialsService& service_;
  const GetenvFn& getenv_fn_;
  const Options& options_;
  const ProfileFiles& files_;
  std::vector<std::string> visited_;
};

}  // namespace

Result<Credentials> FetchProfileCredentials(CredentialsService& service,
                                            const GetenvFn& getenv_fn,
                                            const Options& options) {
  const ProfileFiles files = ProfileFiles::Read(getenv_fn);
  if (!files.problem().ok()) {
    return files.problem();
  }
  if (!files.Has(options.profile)) {
    return Status{
        options.profile_is_named ? TF_FAILED_PRECONDITION : TF_NOT_FOUND,
        (options.profile_is_named ? "AWS_PROFILE names " : "") +
            Quoted(options.profile) +
            (options.profile_is_named ? ", which is not in " : " is not in ") +
            files.names()};
  }
  return Resolver(service, getenv_fn, options, files).Resolve(options.profile);
}

}  // namespace s3
}  // namespace tfs3
