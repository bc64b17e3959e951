// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the shared AWS files: ~/.aws/config and ~/.aws/credentials, or the
// files in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE. As in the AWS CLI,
// the paths may begin with ~ or ~user and contain $NAME or ${NAME}.
//
//   const ProfileFiles files = ProfileFiles::Read(ProcessGetenv);
//   std::optional<std::string> region = files.Get("default", "region");
//
// A file that is absent or cannot be read has no profiles, as in the AWS CLI. A
// file with an error in its text has no profiles either; problem() has the
// position of the error. Copies share the content. Thread-safe.
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

  // FAILED_PRECONDITION, with file, line and column: a file has an error in its
  // text.
  const Status& problem() const { return problem_; }

  // Warnings for the user, one line each: a file that exists and cannot be
  // read, a duplicate section.
  const std::vector<std::string>& remarks() const { return remarks_; }

  bool Has(const std::string& profile) const;

  // Returns a property; ProfileFn in config.h describes the names. The
  // credentials file has priority. The three parts of a key come from the file
  // with aws_access_key_id.
  std::optional<std::string> Get(const std::string& profile,
                                 const std::string& property) const;

  // Returns a property of an `sso-session` section.
  std::optional<std::string> GetOfSsoSession(const std::string& session,
                                             const std::string& property) const;

  // The names of both files for messages, "/home/me/.aws/config and
  // /home/me/.aws/credentials", with the reason if a file cannot be read.
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

  // Reads a file; nullopt if it is absent. Stores problems in the members.
  std::optional<AwsFile> ReadFile(const std::string& name);

  std::shared_ptr<const Contents> contents_;
  Status problem_;
  std::vector<std::string> remarks_;
  std::string names_;
};

// Returns the home folder of the user of this process, or "".
std::string HomeFolder(const GetenvFn& getenv_fn);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_PROFILE_H_
