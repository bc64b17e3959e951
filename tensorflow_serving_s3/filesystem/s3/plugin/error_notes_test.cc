// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/error_notes.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

TEST(ErrorNotesTest, PrintsEachCauseOnce) {
  const std::string denied =
      ": 403 AccessDenied for ListObjectsV2: Access Denied. The policy must "
      "allow s3:ListBucket";
  const std::string silent =
      ": ListObjectsV2 got no response from http://127.0.0.1:9000, set by "
      "S3_ENDPOINT, in 3 attempts over ";
  ErrorNotes notes;
  CaptureStderr();
  EXPECT_TRUE(notes.Print({TF_PERMISSION_DENIED, "s3://models/a" + denied}));
  EXPECT_FALSE(notes.Print({TF_PERMISSION_DENIED, "s3://models/b/c" + denied}));
  EXPECT_TRUE(
      notes.Print({TF_UNAVAILABLE, "s3://models/a" + silent + "12 ms"}));
  EXPECT_FALSE(
      notes.Print({TF_UNAVAILABLE, "s3://models/b" + silent + "1345 ms"}));
  EXPECT_EQ(GetCapturedStderr(), "s3 [ERROR] s3://models/a" + denied +
                                     "\ns3 [ERROR] s3://models/a" + silent +
                                     "12 ms\n");
}

TEST(ErrorNotesTest, PrintsALimitedNumberOfCauses) {
  ErrorNotes notes;
  CaptureStderr();
  int printed = 0;
  for (int i = 0; i < 300; ++i) {
    printed += notes.Print({TF_UNKNOWN, "s3://models: " + std::string(i, 'x')});
  }
  GetCapturedStderr();
  EXPECT_EQ(printed, 100);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
