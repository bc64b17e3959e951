// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Credentials as a profile of the shared AWS files says to get them:
//
//   role_arn             with source_profile, credential_source or
//                        web_identity_token_file: a role's
//   aws_access_key_id    with aws_secret_access_key: these
//   sso_session and the like    those of a sign-in
//   credential_process   those that a program prints
//   login_session        refused: only the AWS CLI can renew them
//
//   Result<Credentials> credentials =
//       FetchProfileCredentials(service, getenv_fn, options);
//
// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
// The files are read at every call. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_PROFILE_CREDENTIALS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_PROFILE_CREDENTIALS_H_

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

namespace tfs3 {
namespace s3 {

// Of Options::profile. NOT_FOUND when it says nothing about credentials, or
// does not exist and nobody named it. Every other failure names the profile and
// what in it is wrong.
Result<Credentials> FetchProfileCredentials(CredentialsService& service,
                                            const GetenvFn& getenv_fn,
                                            const Options& options);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_PROFILE_CREDENTIALS_H_
