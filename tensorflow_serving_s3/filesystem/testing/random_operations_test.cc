// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The short form; the long one is in tests/soak.
#include "tensorflow_serving_s3/filesystem/testing/random_operations.h"

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(RandomOperationsTest, TheFilesystemDoesWhatTheReferenceDoes) {
  RunRandomOperationsFor(15);
}

}  // namespace
}  // namespace tfs3
