// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the text of a shared AWS file, ~/.aws/config or ~/.aws/credentials, as
// the AWS CLI does.
//
//   Result<AwsFile> file = AwsFile::Parse("[profile ci]\nregion =
//   eu-west-1\n"); if (!file.ok()) Report(file.status());  // "line 2, column
//   1: ..." for (const AwsFile::Section& section : file->sections()) ...
//
// The AWS CLI reads these files with Python's configparser. So:
//
//   what                     how it is read
//   comments                 lines that begin with # or ;, also indented ones;
//   a
//                            # or ; behind a value is a part of the value
//   name and value           separated by the first = or :
//   names                    in lower case
//   an indented line         goes on with the value above it, if it is indented
//                            deeper than the value's name
//   a value that begins on   a group of `name = value` lines; their names keep
//   the next line            their case
//   [DEFAULT]                its values hold in every section without an own
//   text behind a ]          is ignored
//
// Also taken, where the AWS CLI gives up: a byte order mark, bytes that are no
// UTF-8, and sections and names that appear twice: of these the later value
// holds, as in the other AWS SDKs, and remarks() says so. Pure, thread-safe.
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
    std::string name;  // What stands between the brackets.
    std::map<std::string, std::string> values;
    std::map<std::string, Group> groups;

    bool Has(const std::string& key) const;
    // A value, "region", or one of a group, "s3.addressing_style".
    std::optional<std::string> Find(const std::string& property) const;
  };

  // FAILED_PRECONDITION with the line, the column and the cure for text that is
  // no such file. Lines and columns count from 1, columns in characters.
  static Result<AwsFile> Parse(std::string_view text);

  const std::vector<Section>& sections() const { return sections_; }
  // What the user should know of: "line 4, column 1: ...".
  const std::vector<std::string>& remarks() const { return remarks_; }

 private:
  std::vector<Section> sections_;
  std::vector<std::string> remarks_;
};

// The name in a section's header, as in `profile ci` or `profile "c i"`;
// nullopt when the text is not two words. Quotes are those of a shell.
std::optional<std::string> NameInHeader(std::string_view header);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_FILE_H_
