// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/errors_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(ErrorClassesTest, TemporaryErrorsAreRetryable) {
  for (int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(IsRetryable(TestError(status, ""))) << status;
  }
  EXPECT_TRUE(IsRetryable(TestError(400, "RequestTimeout")));
  EXPECT_TRUE(IsRetryable(TestError(409, "OperationAborted")));
  EXPECT_FALSE(IsRetryable(TestError(409, "ExistingObjectIsDirectory")));
  for (int status : {301, 400, 403, 404, 412, 416, 501}) {
    EXPECT_FALSE(IsRetryable(TestError(status, ""))) << status;
  }
}

TEST(ErrorClassesTest, AnErrorThatIsCutBeforeItsCodeIsRetryable) {
  HttpError error = TestError(404, "");
  EXPECT_FALSE(IsRetryable(error));
  error.is_cut = true;
  EXPECT_TRUE(IsRetryable(error));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
