// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/file_limits.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace tfs3 {
namespace {

TEST(DivideFilesTest, ReservesAQuarterOfManyFiles) {
  const ConnectionLimits limits = DivideFiles(4000, {true, true});

  EXPECT_EQ(limits.rest, 1500);
  EXPECT_EQ(limits.grpc, 1500);
}

TEST(DivideFilesTest, ReservesHalfOfFewFiles) {
  const ConnectionLimits limits = DivideFiles(256, {true, true});

  EXPECT_EQ(limits.rest, 64);
  EXPECT_EQ(limits.grpc, 64);
}

TEST(DivideFilesTest, ASingleApiGetsAllConnections) {
  EXPECT_EQ(DivideFiles(4000, {true, false}).rest, 3000);
  EXPECT_EQ(DivideFiles(4000, {false, true}).grpc, 3000);
}

TEST(DivideFilesTest, TheOtherApiGetsTheRemainingFiles) {
  const ConnectionLimits limits = DivideFiles(4000, {true, true, 0, 2000});

  EXPECT_EQ(limits.rest, 1000);
  EXPECT_EQ(limits.grpc, 2000);
}

TEST(DivideFilesTest, EachApiGetsAtLeastOneConnection) {
  const ConnectionLimits limits = DivideFiles(2, {true, true});

  EXPECT_EQ(limits.rest, 1);
  EXPECT_EQ(limits.grpc, 1);
}

TEST(DivideFilesTest, AcceptsAnyNumberOfFiles) {
  const ConnectionLimits limits =
      DivideFiles(std::numeric_limits<int64_t>::max(), {true, true});

  EXPECT_GT(limits.rest, int64_t{1} << 60);
  EXPECT_GT(limits.grpc, int64_t{1} << 60);
}

TEST(MaxOpenFilesTest, IsPositive) { EXPECT_GT(MaxOpenFiles(), 3); }

}  // namespace
}  // namespace tfs3
