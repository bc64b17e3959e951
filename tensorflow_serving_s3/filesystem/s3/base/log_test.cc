// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/log.h"

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(LogTest, WritesEachLineOnce) {
  ::testing::internal::CaptureStderr();
  LogWarningOnce("first");
  LogWarningOnce("second");
  LogWarningOnce("first");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "s3 [WARN] first\ns3 [WARN] second\n");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
