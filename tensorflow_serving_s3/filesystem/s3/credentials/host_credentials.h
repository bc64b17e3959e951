// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the credentials that a host provides: of an ECS task or an EKS pod
// identity (container), or of the role of an EC2 instance, by IMDSv2
// (instance).
//
//   Result<Credentials> credentials =
//       FetchContainerCredentials(service, getenv_fn);
//
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
// Reads the variables and the token file at every call. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_HOST_CREDENTIALS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_HOST_CREDENTIALS_H_

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

namespace tfs3 {
namespace s3 {

inline constexpr char kContainerSource[] =
    "the container (AWS_CONTAINER_CREDENTIALS_*)";
inline constexpr char kInstanceSource[] = "the EC2 instance metadata";

// NOT_FOUND: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor _FULL_URI is
// set.
Result<Credentials> FetchContainerCredentials(CredentialsService& service,
                                              const GetenvFn& getenv_fn);

// NOT_FOUND: AWS_EC2_METADATA_DISABLED is true, there is no metadata service
// (after at most one second), or the instance has no role.
Result<Credentials> FetchInstanceCredentials(CredentialsService& service,
                                             const GetenvFn& getenv_fn);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_HOST_CREDENTIALS_H_
