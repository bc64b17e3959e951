// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Random operations on s3:// for a long time: SOAK_SECONDS, ten minutes where
// that is not set. README.md says what was seen.
#include <cstdlib>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/testing/random_operations.h"

namespace tfs3 {
namespace {

TEST(S3RandomOperationsSoak, TheFilesystemDoesWhatTheReferenceDoes) {
  const char* seconds = std::getenv("SOAK_SECONDS");
  RunRandomOperationsFor(seconds == nullptr ? 600 : std::atoi(seconds));
}

}  // namespace
}  // namespace tfs3
