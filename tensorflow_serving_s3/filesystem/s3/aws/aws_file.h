// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses a shared AWS file, ~/.aws/config or ~/.aws/credentials, in the same
// way as the AWS CLI, which uses Python's configparser.
//
//   Result<AwsFile> file = AwsFile::Parse(text);
//   if (!file.ok()) Report(file.status());  // "line 2, column 1: ..."
//   for (const AwsFile::Section& section : file->sections()) ...
//
//   - A comment is a line that begins with # or ;, possibly indented. A # or ;
//     after a value is part of the value.
//   - The first = or : separates name and value. Names are lower-cased.
//   - A line that is indented deeper than the name of the value above continues
//     that value.
//   - A value that begins on the next line is a group of `name = value` lines;
//     these names keep their case.
//   - The values of [DEFAULT] apply to every section that does not set them.
//   - Text after a ] is ignored.
//
// Unlike the AWS CLI, accepts a byte order mark, bytes that are not UTF-8, and
// duplicate sections and names: the later value wins, as in the other AWS SDKs,
// and remarks() reports it. Pure, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_FILE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_FILE_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

class AwsFile {
 public:
  using Group = std::map<std::string, std::string>;

  struct Section {
    std::string name;  // The text between the brackets.
    std::map<std::string, std::string> values;
    std::map<std::string, Group> groups;

    bool Has(const std::string& key) const;
    // Finds a value, "region", or a value of a group, "s3.addressing_style".
    std::optional<std::string> Find(const std::string& property) const;
  };

  // FAILED_PRECONDITION: the text has an error. The message has the line, the
  // column (in characters) and the cure. Lines and columns start at 1.
  static Result<AwsFile> Parse(std::string_view text);

  const std::vector<Section>& sections() const { return sections_; }
  // Warnings for the user: "line 4, column 1: ...".
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  std::vector<Section> sections_;
  std::vector<std::string> remarks_;
};

// Returns the name in the header of a section, as `profile ci` or
// `profile "c i"`, with the quoting of a shell; nullopt if the header does not
// have two words.
std::optional<std::string> NameInHeader(std::string_view header);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_FILE_H_
