// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// client_test.cc tests that the client counts received bytes.
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

// Adds a byte to all watches that include the object.
void Receive(const std::string& url) {
  for (const ReadWatch::Counter& counter : WatchesOf(*ParseUri(url))) {
    counter->fetch_add(1);
  }
}

TEST(ReadWatchTest, CountsObjectsInItsDirectory) {
  const ReadWatch watch("s3://models/half/1");
  Receive("s3://models/half/1/saved_model.pb");
  Receive("s3://models/half/1/variables/variables.index");
  EXPECT_EQ(watch.bytes(), 2u);
  Receive("s3://models/half/10/saved_model.pb");
  Receive("s3://models/half/1");
  Receive("s3://models/other/half/1/saved_model.pb");
  Receive("s3://elsewhere/half/1/saved_model.pb");
  EXPECT_EQ(watch.bytes(), 2u);
}

TEST(ReadWatchTest, AcceptsASlashAtTheEndAndABucket) {
  const ReadWatch slash("s3://models/half/");
  const ReadWatch bucket("s3://models");
  Receive("s3://models/half/k");
  Receive("s3://models/k");
  EXPECT_EQ(slash.bytes(), 1u);
  EXPECT_EQ(bucket.bytes(), 2u);
}

TEST(ReadWatchTest, OverlappingWatchesCountTheSameBytes) {
  auto first = std::make_unique<ReadWatch>("s3://models/half/1");
  const ReadWatch second("s3://models/half/1");
  Receive("s3://models/half/1/k");
  EXPECT_EQ(first->bytes(), 1u);
  EXPECT_EQ(second.bytes(), 1u);
  first.reset();
  Receive("s3://models/half/1/k");
  EXPECT_EQ(second.bytes(), 2u);
}

TEST(ReadWatchTest, ACounterOutlivesItsWatch) {
  auto watch = std::make_unique<ReadWatch>("s3://models/half/1");
  const auto counters = WatchesOf(*ParseUri("s3://models/half/1/k"));
  ASSERT_EQ(counters.size(), 1u);
  watch.reset();
  EXPECT_EQ(counters[0]->fetch_add(1), 0u);
  EXPECT_TRUE(WatchesOf(*ParseUri("s3://models/half/1/k")).empty());
}

TEST(ReadWatchTest, CountsNothingForOtherUrls) {
  const ReadWatch local("/models/half/1");
  const ReadWatch invalid("s3://Models/half/1");
  Receive("s3://models/half/1/k");
  EXPECT_EQ(local.bytes(), 0u);
  EXPECT_EQ(invalid.bytes(), 0u);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
