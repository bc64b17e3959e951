// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/completeness.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/sources/testing/fake_file_system.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::TestWithParam;

struct Case {
  std::string name;
  std::vector<std::string> files;
  std::string missing;  // Empty: the version is complete.
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

class SavedModelCompletenessTest : public TestWithParam<Case> {};

TEST_P(SavedModelCompletenessTest, NamesTheMissingFile) {
  FakeFileSystem::Reset();
  for (const std::string& file : GetParam().files) {
    FakeFileSystem::Add(absl::StrCat("fake://models/half/7/", file));
  }
  const absl::Status status = CheckSavedModelComplete(
      tensorflow::Env::Default(), "fake://models/half/7");
  if (GetParam().missing.empty()) {
    EXPECT_EQ(status, absl::OkStatus());
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(),
                AllOf(StartsWith("fake://models/half/7 is not complete: "),
                      HasSubstr(GetParam().missing), HasSubstr("upload")));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SavedModelCompletenessTest,
    ::testing::Values(
        Case{"NothingAtAll", {}, "it is empty; saved_model.pb is missing"},
        Case{"OnlyOtherFiles",
             {"fingerprint.pb", "assets/words.txt"},
             "saved_model.pb is missing"},
        Case{"GraphOnly", {"saved_model.pb"}, ""},
        Case{"GraphAsText", {"saved_model.pbtxt"}, ""},
        Case{"GraphInChunks", {"saved_model.cpb"}, ""},
        Case{"GraphNotYet",
             {"variables/variables.index",
              "variables/variables.data-00000-of-00001"},
             "saved_model.pb is missing"},
        Case{"OneShard",
             {"saved_model.pb", "variables/variables.index",
              "variables/variables.data-00000-of-00001"},
             ""},
        Case{"AllOfTwoShards",
             {"saved_model.pb", "variables/variables.index",
              "variables/variables.data-00000-of-00002",
              "variables/variables.data-00001-of-00002"},
             ""},
        Case{"FirstOfTwoShardsNotYet",
             {"saved_model.pb", "variables/variables.index",
              "variables/variables.data-00001-of-00002"},
             "variables/variables.data-00000-of-00002 is missing"},
        Case{"LastOfTwoShardsNotYet",
             {"saved_model.pb", "variables/variables.index",
              "variables/variables.data-00000-of-00002"},
             "variables/variables.data-00001-of-00002 is missing"},
        Case{"NoShardYet",
             {"saved_model.pb", "variables/variables.index"},
             "variables/variables.data-* is missing"},
        Case{"IndexNotYet",
             {"saved_model.pb", "variables/variables.data-00000-of-00001"},
             "variables/variables.index is missing"},
        Case{"OtherFilesAmongTheVariables",
             {"saved_model.pb", "variables/notes.txt",
              "variables/variables.data-x-of-y"},
             ""}),
    [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(SavedModelCompletenessErrorTest, AFailedListingIsItsOwnError) {
  FakeFileSystem::Reset();
  FakeFileSystem::Add("fake://models/half/7/saved_model.pb");
  FakeFileSystem::Fail("fake://models/half/7",
                       absl::PermissionDeniedError("403 AccessDenied"));
  EXPECT_EQ(CheckSavedModelComplete(tensorflow::Env::Default(),
                                    "fake://models/half/7"),
            absl::PermissionDeniedError("403 AccessDenied"));
}

TEST(SavedModelCompletenessErrorTest, AFileIsNotAVersion) {
  tensorflow::Env* const env = tensorflow::Env::Default();
  const std::string path =
      tensorflow::io::JoinPath(::testing::TempDir(), "completeness_7");
  ASSERT_TRUE(tensorflow::WriteStringToFile(env, path, "").ok());
  const absl::Status status = CheckSavedModelComplete(env, path);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("completeness_7 is a file, and a version is a "
                        "directory"));
}

}  // namespace
}  // namespace tfs3
