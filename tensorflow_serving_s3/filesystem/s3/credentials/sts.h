// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fetches the credentials of a role from the AWS Security Token Service (STS).
//
//   ServiceEndpoint sts = StsEndpoint(getenv_fn, profile_fn, options);
//   RoleRequest role;
//   role.arn = "arn:aws:iam::123456789012:role/serving";
//   Result<Credentials> credentials =
//       AssumeRole(service, sts, role, base, "the profile \"ci\"");
//
// The endpoint is the first of AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, the same
// properties of the profile, and the endpoint of AWS in the region, or the
// global endpoint without a region.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_STS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_STS_H_

#include <string>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

namespace tfs3 {
namespace s3 {

// The endpoint of an AWS service.
struct ServiceEndpoint {
  std::string url;
  std::string source;  // The setting; "" for AWS itself.
  std::string region;
};

// `service` is the name in host names, `settings_name` the name in variables
// and profiles: ("sts", "sts"), ("portal.sso", "sso").
ServiceEndpoint FindServiceEndpoint(const GetenvFn& getenv_fn,
                                    const ProfileFn& profile_fn,
                                    const Options& options,
                                    const std::string& service,
                                    const std::string& settings_name,
                                    const std::string& region);

ServiceEndpoint StsEndpoint(const GetenvFn& getenv_fn,
                            const ProfileFn& profile_fn,
                            const Options& options);

struct RoleRequest {
  std::string arn;
  std::string session_name;  // "" for the name of this program.
  std::string external_id;
  std::string duration_seconds;
};

// Sends the request with the credentials `base`. UNAUTHENTICATED, with the role
// and the error of STS: STS refused.
Result<Credentials> AssumeRole(CredentialsService& service,
                               const ServiceEndpoint& endpoint,
                               const RoleRequest& role, const Credentials& base,
                               const std::string& source);

// Sends the request with the token in the file. Reads the file at every call.
Result<Credentials> AssumeRoleWithWebIdentity(CredentialsService& service,
                                              const ServiceEndpoint& endpoint,
                                              const RoleRequest& role,
                                              const std::string& token_file,
                                              const std::string& source);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_STS_H_
