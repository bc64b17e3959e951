// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/small_file.h"

namespace tfs3 {
namespace s3 {
namespace {

// Expands $NAME and ${NAME}. Keeps names that are not set.
std::string ExpandVariables(const std::string& text,
                            const GetenvFn& getenv_fn) {
  std::string expanded;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at + 1;
    const bool braces = text.compare(at, 2, "${") == 0;
    if (braces) {
      ++begin;
    }
    size_t end = begin;
    while (end < text.size() &&
           (braces ? text[end] != '}'
                   : std::isalnum(static_cast<unsigned char>(text[end])) != 0 ||
                         text[end] == '_')) {
      ++end;
    }
    std::optional<std::string> value;
    if (text[at] == '$' && end > begin && !(braces && end == text.size())) {
      value = getenv_fn(text.substr(begin, end - begin).c_str());
    }
    if (value.has_value()) {
      expanded += *value;
      at = end + (braces ? 1 : 0);
    } else {
      expanded += text[at++];
    }
  }
  return expanded;
}

// Returns the home folder of a user, or of the process's user if `user` is "";
// "" if unknown.
std::string FolderOfUser(const std::string& user) {
  char buffer[4096];
  passwd entry = {};
  passwd* found = nullptr;
  const int failure =
      user.empty()
          ? getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found)
          : getpwnam_r(user.c_str(), &entry, buffer, sizeof(buffer), &found);
  return failure != 0 || found == nullptr ? "" : found->pw_dir;
}

std::string FileName(const GetenvFn& getenv_fn, const char* variable,
                     const std::string& in_home) {
  std::string name = getenv_fn(variable).value_or("");
  if (name.empty()) {
    name = "~" + in_home;
  }
  name = ExpandVariables(name, getenv_fn);
  if (name.front() != '~') {
    return name;
  }
  const size_t slash = std::min(name.find('/'), name.size());
  const std::string user = name.substr(1, slash - 1);
  const std::string home =
      user.empty() ? HomeFolder(getenv_fn) : FolderOfUser(user);
  if (!user.empty() && home.empty()) {
    return name;
  }
  return home + name.substr(slash);
}

bool BeginsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

template <typename Sections>
const AwsFile::Section* Find(const Sections& sections,
                             const std::string& name) {
  const auto found = sections.find(name);
  return found == sections.end() ? nullptr : &found->second;
}

bool IsPartOfKey(const std::string& property) {
  return property == "aws_access_key_id" ||
         property == "aws_secret_access_key" ||
         property == "aws_session_token" || property == "aws_security_token";
}

}  // namespace

std::optional<AwsFile> ProfileFiles::ReadFile(const std::string& name) {
  names_ += (names_.empty() ? "" : " and ") + name;
  struct stat info = {};
  const bool found = stat(name.c_str(), &info) == 0;
  // A character device, for example /dev/null, counts as absent.
  if (found && S_ISCHR(info.st_mode)) {
    return std::nullopt;
  }
  // Reading a pipe could block.
  Result<std::string> text =
      found && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)
          ? Result<std::string>(
                Status{TF_FAILED_PRECONDITION,
                       name + " cannot be read: it is not a regular file"})
          : ReadSmallFile(name);
  if (!text.ok()) {
    if (text.status().code == TF_NOT_FOUND) {
      return std::nullopt;
    }
    names_ += " (which" + text.status().message.substr(name.size()) + ")";
    if (found) {
      remarks_.push_back("the AWS file " + text.status().message +
                         "; the file is ignored");
    }
    return std::nullopt;
  }
  Result<AwsFile> file = AwsFile::Parse(*text);
  if (!file.ok()) {
    const Status problem = {file.status().code, "the AWS file " + name +
                                                    " cannot be understood: " +
                                                    file.status().message};
    if (problem_.ok()) {
      problem_ = problem;
    }
    remarks_.push_back(problem.message + "; its profiles are ignored");
    return std::nullopt;
  }
  for (const std::string& remark : file->remarks()) {
    remarks_.push_back("the AWS file " + name + ", " + remark);
  }
  return *std::move(file);
}

ProfileFiles ProfileFiles::Read(const GetenvFn& getenv_fn) {
  ProfileFiles files;
  const auto contents = std::make_shared<Contents>();
  const std::optional<AwsFile> config =
      files.ReadFile(FileName(getenv_fn, "AWS_CONFIG_FILE", "/.aws/config"));
  if (config.has_value()) {
    for (const AwsFile::Section& section : config->sections()) {
      if (section.name == "default") {
        contents->config_profiles[section.name] = section;
        continue;
      }
      const std::optional<std::string> name = NameInHeader(section.name);
      if (!name.has_value()) {
        continue;
      }
      // The later of two sections for a profile wins.
      if (BeginsWith(section.name, "profile")) {
        contents->config_profiles[*name] = section;
      } else if (BeginsWith(section.name, "sso-session")) {
        contents->sso_sessions[*name] = section;
      } else if (BeginsWith(section.name, "services")) {
        contents->services[*name] = section;
      }
    }
  }
  const std::optional<AwsFile> credentials = files.ReadFile(
      FileName(getenv_fn, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials"));
  if (credentials.has_value()) {
    for (const AwsFile::Section& section : credentials->sections()) {
      contents->credentials_profiles[section.name] = section;
    }
  }
  files.contents_ = contents;
  return files;
}

bool ProfileFiles::Has(const std::string& profile) const {
  return Find(contents_->config_profiles, profile) != nullptr ||
         Find(contents_->credentials_profiles, profile) != nullptr;
}

std::optional<std::string> ProfileFiles::Get(
    const std::string& profile, const std::string& property) const {
  const std::string services = "services/";
  if (BeginsWith(property, services)) {
    const std::optional<std::string> name = Get(profile, "services");
    const AwsFile::Section* section =
        name.has_value() ? Find(contents_->services, *name) : nullptr;
    if (section == nullptr) {
      return std::nullopt;
    }
    return section->Find(property.substr(services.size()));
  }
  const std::string key = IsPartOfKey(property)
                              ? "aws_access_key_id"
                              : property.substr(0, property.find('.'));
  for (const Sections* sections :
       {&contents_->credentials_profiles, &contents_->config_profiles}) {
    const AwsFile::Section* section = Find(*sections, profile);
    if (section != nullptr && section->Has(key)) {
      return section->Find(property);
    }
  }
  if (key == property) {
    return std::nullopt;
  }
  // A secret without its ID: the caller reports it.
  for (const Sections* sections :
       {&contents_->credentials_profiles, &contents_->config_profiles}) {
    const AwsFile::Section* section = Find(*sections, profile);
    if (section != nullptr && section->Has(property)) {
      return section->Find(property);
    }
  }
  return std::nullopt;
}

std::optional<std::string> ProfileFiles::GetOfSsoSession(
    const std::string& session, const std::string& property) const {
  const AwsFile::Section* section = Find(contents_->sso_sessions, session);
  if (section == nullptr) {
    return std::nullopt;
  }
  return section->Find(property);
}

std::string HomeFolder(const GetenvFn& getenv_fn) {
  const std::string home = getenv_fn("HOME").value_or("");
  return home.empty() ? FolderOfUser("") : home;
}

}  // namespace s3
}  // namespace tfs3
