// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Credentials of a role, from the AWS Security Token Service.
//
//   ServiceEndpoint sts = StsEndpoint(getenv_fn, profile_fn, options);
//   RoleRequest role;
//   role.arn = "arn:aws:iam::123456789012:role/serving";
//   Result<Credentials> credentials =
//       AssumeRole(service, sts, role, base, "the profile \"ci\"");
//
// The endpoint: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, the same of the
// profile, else the one of AWS in the region, or the global one where no region
// is set.
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

// Where a service of AWS is asked, and for which region.
struct ServiceEndpoint {
  std::string url;
  std::string source;  // Who said so; "" for AWS itself.
  std::string region;
};

// `service` as hosts name it, `settings_name` as variables and profiles do:
// ("sts", "sts"), ("portal.sso", "sso").
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
  std::string session_name;  // "" for one that names this program.
  std::string external_id;
  std::string duration_seconds;
};

// As `base`. UNAUTHENTICATED, naming the role and what STS said, when it
// refuses.
Result<Credentials> AssumeRole(CredentialsService& service,
                               const ServiceEndpoint& endpoint,
                               const RoleRequest& role, const Credentials& base,
                               const std::string& source);

// As whoever the token in the file is for. The file is read anew every time.
Result<Credentials> AssumeRoleWithWebIdentity(CredentialsService& service,
                                              const ServiceEndpoint& endpoint,
                                              const RoleRequest& role,
                                              const std::string& token_file,
                                              const std::string& source);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_STS_H_
