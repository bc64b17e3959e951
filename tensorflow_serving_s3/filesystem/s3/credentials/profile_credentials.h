// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the credentials that a profile of the shared AWS files describes:
//
//   role_arn             the role, with source_profile, credential_source or
//                        web_identity_token_file
//   aws_access_key_id    these keys, with aws_secret_access_key
//   sso_session, sso_*   the role of an SSO sign-in
//   credential_process   the output of a program
//   login_session        an error: only the AWS CLI can renew these
//
//   Result<Credentials> credentials =
//       FetchProfileCredentials(service, getenv_fn, options);
//
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
// Reads the files at every call. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_PROFILE_CREDENTIALS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_PROFILE_CREDENTIALS_H_

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

namespace tfs3 {
namespace s3 {

// Uses Options::profile. NOT_FOUND: the profile has no credentials, or does not
// exist and no setting names it. Other errors name the profile and the
// property.
Result<Credentials> FetchProfileCredentials(CredentialsService& service,
                                            const GetenvFn& getenv_fn,
                                            const Options& options);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_PROFILE_CREDENTIALS_H_
