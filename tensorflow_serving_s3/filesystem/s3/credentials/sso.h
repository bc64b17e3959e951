// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Credentials of a role of IAM Identity Center (SSO), for a profile whose user
// has signed in with `aws sso login`.
//
//   Result<Credentials> credentials = FetchSsoCredentials(
//       service, getenv_fn, files, options, "dev", "the profile \"dev\"");
//
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
// The token is the one that the AWS CLI has stored under ~/.aws/sso/cache; it
// is read and never renewed: that needs a person. Thread-safe.
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

// UNAUTHENTICATED, with what to do, when nobody has signed in or the sign-in is
// over; FAILED_PRECONDITION when the profile is not complete.
Result<Credentials> FetchSsoCredentials(CredentialsService& service,
                                        const GetenvFn& getenv_fn,
                                        const ProfileFiles& files,
                                        const Options& options,
                                        const std::string& profile,
                                        const std::string& source);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_SSO_H_
