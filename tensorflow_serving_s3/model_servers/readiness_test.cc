// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/readiness.h"

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(ReadinessTest, IsReadyImmediatelyIfNothingIsAwaited) {
  Readiness readiness;
  EXPECT_FALSE(readiness.is_ready());
  readiness.Await({});
  EXPECT_TRUE(readiness.is_ready());
}

TEST(ReadinessTest, AwaitsAVersionOfEveryModel) {
  Readiness readiness;
  readiness.Await({{"half", "third"}, {}});
  readiness.VersionIsAvailable({"half", 1});
  readiness.VersionIsAvailable({"half", 2});
  EXPECT_FALSE(readiness.is_ready());
  readiness.VersionIsAvailable({"third", 1});
  EXPECT_TRUE(readiness.is_ready());
}

TEST(ReadinessTest, AwaitsVersions) {
  Readiness readiness;
  readiness.Await({{"half"}, {{"half", 2}}});
  readiness.VersionIsAvailable({"half", 1});
  EXPECT_FALSE(readiness.is_ready());
  readiness.VersionIsAvailable({"half", 2});
  EXPECT_TRUE(readiness.is_ready());
}

TEST(ReadinessTest, AwaitAtMostDropsOtherVersions) {
  Readiness readiness;
  readiness.Await({{}, {{"half", 2}, {"half", 3}, {"third", 9}}});
  readiness.AwaitAtMost("half", {1, 2});
  EXPECT_EQ(readiness.awaited().versions,
            (std::set<ServableId>{{"half", 2}, {"third", 9}}));
  readiness.AwaitAtMost("third", {});
  readiness.AwaitAtMost("half", {});
  EXPECT_TRUE(readiness.is_ready());
}

TEST(ReadinessTest, StaysReady) {
  Readiness readiness;
  readiness.Await({});
  readiness.Await({{"half"}, {}});
  EXPECT_TRUE(readiness.is_ready());
}

TEST(ReadinessTest, AwaitReplacesTheAwaitedModels) {
  Readiness readiness;
  readiness.Await({{"half"}, {}});
  readiness.Await({{"third"}, {}});
  readiness.VersionIsAvailable({"third", 1});
  EXPECT_TRUE(readiness.is_ready());
}

}  // namespace
}  // namespace tfs3
