// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/storage_size.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(TotalFileBytesTest, AddsUpTheFilesOfAllFolders) {
  const std::string folder = ::testing::TempDir() + "/sizes";
  std::filesystem::create_directories(folder + "/a/b");
  std::filesystem::create_directories(folder + "/empty");
  std::ofstream(folder + "/one") << "1";
  std::ofstream(folder + "/a/two") << "22";
  std::ofstream(folder + "/a/b/three") << "333";
  EXPECT_EQ(*TotalFileBytes(tensorflow::Env::Default(), folder), 6);
}

TEST(TotalFileBytesTest, AMissingFolderIsAnError) {
  EXPECT_TRUE(absl::IsNotFound(
      TotalFileBytes(tensorflow::Env::Default(), "/no/such/folder").status()));
}

}  // namespace
}  // namespace tfs3
