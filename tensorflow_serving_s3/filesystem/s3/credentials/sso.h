// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the credentials of a role of IAM Identity Center (SSO), for a profile
// with a sign-in by `aws sso login`.
//
//   Result<Credentials> credentials = FetchSsoCredentials(
//       service, getenv_fn, files, options, "dev", "the profile \"dev\"");
//
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
// Reads the token that the AWS CLI has stored in ~/.aws/sso/cache. Does not
// renew it, because a sign-in needs a person. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SSO_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SSO_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

namespace tfs3 {
namespace s3 {

//   UNAUTHENTICATED: there is no sign-in, or it has expired
//   FAILED_PRECONDITION: the profile is incomplete
Result<Credentials> FetchSsoCredentials(CredentialsService& service,
                                        const GetenvFn& getenv_fn,
                                        const ProfileFiles& files,
                                        const Options& options,
                                        const std::string& profile,
                                        const std::string& source);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SSO_H_
