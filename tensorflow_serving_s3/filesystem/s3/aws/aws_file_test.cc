// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// //tests/s3_access:aws_files_test compares the parser with the AWS CLI.
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_file.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// "[section] name" -> the value, or "no file: ...".
std::string Find(const std::string& text, const std::string& section,
                 const std::string& property) {
  const Result<AwsFile> file = AwsFile::Parse(text);
  if (!file.ok()) {
    return "no file: " + file.status().message;
  }
  for (const AwsFile::Section& candidate : file->sections()) {
    if (candidate.name != section) {
      continue;
    }
    return candidate.Find(property).value_or("no value");
  }
  return "no section";
}

TEST(AwsFileTest, ParsesValues) {
  struct Case {
    std::string text, value;
  };
  const std::vector<Case> cases = {
      {"[default]\nregion = eu-west-1\n", "eu-west-1"},
      {"[default]\nregion=eu-west-1", "eu-west-1"},
      {"[default]\nregion : eu-west-1\n", "eu-west-1"},
      {"[default]\nREGION = eu-west-1\n", "eu-west-1"},
      {"[default]\n  region = eu-west-1\n", "eu-west-1"},
      {"[default]\n\tregion\t=\teu-west-1\t\n", "eu-west-1"},
      {"  [default]\n  region = eu-west-1\n", "eu-west-1"},
      {"[default] # mine\nregion = eu-west-1\n", "eu-west-1"},
      {"[default]\r\nregion = eu-west-1\r\n", "eu-west-1"},
      {"[default]\rregion = eu-west-1\r", "eu-west-1"},
      {"\xef\xbb\xbf[default]\nregion = eu-west-1\n", "eu-west-1"},
      {"# a\n; b\n\n[default]\n  # c\nregion = eu-west-1\n", "eu-west-1"},
      {"[default]\nregion = eu-west-1\xc2\xa0\n", "eu-west-1"},
      {"[default]\nregion = eu-west-1 # c\n", "eu-west-1 # c"},
      {"[default]\nregion = \"eu-west-1\"\n", "\"eu-west-1\""},
      {"[default]\nregion = a=b:c\n", "a=b:c"},
      {"[default]\nregion =\n", ""},
      {"[default]\nregion = a\n b\n", "a\nb"},
      {"[default]\nregion = a\n\n b\n", "a\n\nb"},
      {"[default]\nregion = a\n# c\n b\n", "a\nb"},
      {"[default]\n  region = a\n  other = b\n", "a"},
      {"[default]\n  region = a\n other = b\n", "a"},
      {"[DEFAULT]\nregion = a\n[default]\n", "a"},
      {"[default]\nregion = b\n[DEFAULT]\nregion = a\n", "b"},
      {"[default]\nregion = a\n[other]\nregion = b\n[default]\nx = y\n", "a"},
      {"[default]\nregion = a\nregion = b\n", "b"},
      {"[default]\nx = y\n", "no value"},
      {"[Default]\nregion = a\n", "no section"},
      {"", "no section"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Find(c.text, "default", "region"), c.value) << c.text;
  }
}

TEST(AwsFileTest, ParsesIndentedGroups) {
  const std::string text =
      "[default]\ns3 =\n\n  # c\n  addressing_style = path\n"
      "    Max = 1\nregion = a\n";
  EXPECT_EQ(Find(text, "default", "s3.addressing_style"), "path");
  EXPECT_EQ(Find(text, "default", "s3.Max"), "1");
  EXPECT_EQ(Find(text, "default", "s3.max"), "no value");
  EXPECT_EQ(Find(text, "default", "s3"), "no value");
  EXPECT_EQ(Find(text, "default", "region"), "a");
  // Lines without a deeper indentation are not a group.
  EXPECT_EQ(Find("[a]\n  s3 =\n  style = path\n", "a", "style"), "path");
}

TEST(AwsFileTest, AnErrorNamesLineAndColumn) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"region = a\n[default]\n", "line 1, column 1: expected the header"},
      {"\n  region = a\n", "line 2, column 3: expected the header"},
      {"[default]\nregion\n", "line 2, column 1: expected name = value"},
      {"[default]\nx = y\n\nü region\n", "line 4, column 1: expected name"},
      {"[default]\n = a\n", "line 2, column 2: expected a name before the ="},
      {"[default\nregion = a\n",
       "line 1, column 1: the header of this section"},
      {"[a]\nb = c\n[profile x\n", "line 3, column 1: the header of this sec"},
      {"[]\n", "line 1, column 1: the header of this section"},
      {"[a]\ns3 =\n  style = path\n  path\n",
       "line 4, column 3: expected name"},
      {"[a]\nregion =\n\teu-west-1\n", "line 3, column 2: expected name"},
  };
  for (const auto& [text, message] : cases) {
    const Result<AwsFile> file = AwsFile::Parse(text);
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_EQ(file.status().code, TF_FAILED_PRECONDITION);
    EXPECT_THAT(file.status().message, StartsWith(message)) << text;
  }
}

TEST(AwsFileTest, AnErrorDoesNotRepeatASecret) {
  const Result<AwsFile> file =
      AwsFile::Parse("[default]\naws_secret_access_key geheim\n");
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.status().message, Not(HasSubstr("geheim")));
}

TEST(AwsFileTest, ReportsDuplicates) {
  const Result<AwsFile> file =
      AwsFile::Parse("[a]\nx = 1\n x2\nx = 2\n[b]\n[a]\n");
  ASSERT_TRUE(file.ok()) << file.status().message;
  EXPECT_THAT(file->remarks(),
              ElementsAre(StartsWith("line 4, column 1: x is a duplicate"),
                          StartsWith("line 6, column 1: the section [a]")));
  EXPECT_THAT(AwsFile::Parse("[a]\nx = 1\n[b]\nx = 2\n")->remarks(), IsEmpty());
}

TEST(NameInHeaderTest, SplitsWordsLikeAShell) {
  const std::vector<std::pair<std::string, std::optional<std::string>>> cases =
      {
          {"profile ci", "ci"},
          {"profile  \t ci", "ci"},
          {"profile \"c i\"", "c i"},
          {"profile 'c i'", "c i"},
          {"profile c\\ i", "c i"},
          {"profile \"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"},
          {"profile ''", ""},
          {"profile", std::nullopt},
          {"profile a b", std::nullopt},
          {"profile \"a", std::nullopt},
          {"profile a\\", std::nullopt},
          {"profilex a", "a"},
      };
  for (const auto& [header, name] : cases) {
    EXPECT_EQ(NameInHeader(header), name) << header;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
