// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The shared AWS files: ~/.aws/config and ~/.aws/credentials, or where
// AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say they are. The paths may
// begin with ~ or ~user and hold $NAME or ${NAME}, as for the AWS CLI.
//
//   const ProfileFiles files = ProfileFiles::Read(ProcessGetenv);
//   std::optional<std::string> region = files.Get("default", "region");
//
// A file that is absent, or cannot be read, has no profiles: the AWS CLI does
// not tell the two apart. A file with an error in its text has none either, and
// problem() says where the error is. A copy shares what was read. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROFILE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROFILE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/aws/aws_file.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

class ProfileFiles {
 public:
  static ProfileFiles Read(const GetenvFn& getenv_fn);

  // FAILED_PRECONDITION with file, line and column if the text of one of the
  // files has an error.
  const Status& problem() const { return problem_; }

  // What the user should know of, in a line each: a file that is there and
  // cannot be read, a section that is there twice.
  const std::vector<std::string>& remarks() const { return remarks_; }

  bool Has(const std::string& profile) const;

  // A property by the names of ProfileFn (config.h). The credentials file comes
  // first. The three parts of a key come from one file: that one which has
  // aws_access_key_id.
  std::optional<std::string> Get(const std::string& profile,
                                 const std::string& property) const;

  // A property of an `sso-session` section.
  std::optional<std::string> GetOfSsoSession(const std::string& session,
                                             const std::string& property) const;

  // Both, for messages: "/home/me/.aws/config and /home/me/.aws/credentials",
  // each with the reason if it cannot be read.
  const std::string& names() const { return names_; }

 private:
  // By their names.
  using Sections = std::map<std::string, AwsFile::Section>;
  struct Contents {
    Sections config_profiles;
    Sections sso_sessions;
    Sections services;
    Sections credentials_profiles;
  };

  // The text of a file, read; nullopt if there is none. Notes what is wrong.
  std::optional<AwsFile> ReadFile(const std::string& name);

  std::shared_ptr<const Contents> contents_;
  Status problem_;
  std::vector<std::string> remarks_;
  std::string names_;
};

// The home folder of the user of this process; "" when there is none.
std::string HomeFolder(const GetenvFn& getenv_fn);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROFILE_H_
