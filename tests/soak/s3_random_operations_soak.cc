// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs random operations on s3:// for SOAK_SECONDS; the default is ten minutes.
// README.md has the commands and results.
#include <cstdlib>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/testing/random_operations.h"

namespace tfs3 {
namespace {

TEST(S3RandomOperationsSoak, TheFilesystemEqualsTheReference) {
  const char* seconds = std::getenv("SOAK_SECONDS");
  RunRandomOperationsFor(seconds == nullptr ? 600 : std::atoi(seconds));
}

}  // namespace
}  // namespace tfs3
