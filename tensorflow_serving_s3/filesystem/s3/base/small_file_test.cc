// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/small_file.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(SmallFileTest, ReadsTheWholeFile) {
  const std::string name = ::testing::TempDir() + "/small_file_test";
  const std::string text(5000, 'x');
  std::ofstream(name) << text;
  EXPECT_EQ(*ReadSmallFile(name), text);
  std::ofstream(name) << std::string(2000000, 'x');
  EXPECT_EQ(ReadSmallFile(name).status().message,
            name + " cannot be read: File too large");
  std::remove(name.c_str());
}

TEST(SmallFileTest, ReportsWhyItCannotBeRead) {
  const Status absent = ReadSmallFile("/no/such/file").status();
  EXPECT_EQ(absent.code, TF_NOT_FOUND);
  EXPECT_EQ(absent.message,
            "/no/such/file cannot be read: No such file or directory");
  const Status folder = ReadSmallFile("/usr").status();
  EXPECT_EQ(folder.code, TF_FAILED_PRECONDITION);
  EXPECT_EQ(folder.message, "/usr cannot be read: Is a directory");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
