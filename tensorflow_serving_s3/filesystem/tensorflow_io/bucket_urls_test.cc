// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io/bucket_urls.h"

#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(BucketUrlsTest, OnlyABucketWithoutASlashGetsOne) {
  EXPECT_EQ(WithBucketSlash("s3://models"), "s3://models/");
  EXPECT_EQ(WithBucketSlash("s3://models/"), "s3://models/");
  EXPECT_EQ(WithBucketSlash("s3://models/half"), "s3://models/half");
  EXPECT_EQ(WithBucketSlash("s3://models/half/"), "s3://models/half/");
  EXPECT_EQ(WithBucketSlash("s3://"), "s3://");
  EXPECT_EQ(WithBucketSlash("models"), "models");
  EXPECT_EQ(WithBucketSlash(""), "");
}

std::string last_path;

void Exists(const TF_Filesystem*, const char* path, TF_Status*) {
  last_path = path;
}

int Children(const TF_Filesystem*, const char* path, char***, TF_Status*) {
  last_path = path;
  return 7;
}

TEST(BucketUrlsTest, FunctionsGetTheSlashAndKeepTheirResults) {
  TF_FilesystemOps ops = {};
  ops.path_exists = &Exists;
  ops.get_children = &Children;
  AcceptBucketsWithoutSlash(&ops);
  ops.path_exists(nullptr, "s3://models", nullptr);
  EXPECT_EQ(last_path, "s3://models/");
  EXPECT_EQ(ops.get_children(nullptr, "s3://other", nullptr, nullptr), 7);
  EXPECT_EQ(last_path, "s3://other/");
  ops.path_exists(nullptr, "s3://models/half", nullptr);
  EXPECT_EQ(last_path, "s3://models/half");
}

TEST(BucketUrlsTest, FunctionsThatAreNotOfferedStayNull) {
  TF_FilesystemOps ops = {};
  AcceptBucketsWithoutSlash(&ops);
  EXPECT_EQ(ops.stat, nullptr);
  EXPECT_EQ(ops.get_children, nullptr);
}

}  // namespace
}  // namespace tfs3
