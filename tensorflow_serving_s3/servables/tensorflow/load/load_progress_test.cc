// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

constexpr absl::Duration kNever = absl::Hours(24);

// As the client of S3 does with bytes that it has received.
void Receive(const std::string& url, uint64_t bytes) {
  for (const auto& counter : s3::WatchesOf(*s3::ParseUri(url))) {
    counter->fetch_add(bytes);
  }
}

TEST(LoadProgressTest, ALoadIsKnownAsLongAsItIsUnderWay) {
  EXPECT_TRUE(LoadsUnderWay().empty());
  {
    const TrackedLoad half({"half", 2}, "s3://models/half/2");
    const TrackedLoad first({"half", 1}, "s3://models/half/1");
    const std::vector<LoadProgress> loads = LoadsUnderWay();
    ASSERT_EQ(loads.size(), 2u);
    EXPECT_EQ(loads[0].id, (ServableId{"half", 1}));
    EXPECT_EQ(loads[0].path, "s3://models/half/1");
    EXPECT_GE(loads[0].elapsed, absl::ZeroDuration());
    EXPECT_EQ(loads[1].id, (ServableId{"half", 2}));
  }
  EXPECT_TRUE(LoadsUnderWay().empty());
}

TEST(LoadProgressTest, BytesOfAModelInS3RiseAsTheyCome) {
  const TrackedLoad tracked({"half", 1}, "s3://models/half/1");
  EXPECT_EQ(LoadsUnderWay()[0].bytes_read, 0u);
  Receive("s3://models/half/1/saved_model.pb", 100);
  Receive("s3://models/half/1/variables/variables.index", 23);
  Receive("s3://models/half/2/saved_model.pb", 1000);
  EXPECT_EQ(LoadsUnderWay()[0].bytes_read, 123u);
}

TEST(LoadProgressTest, ElsewhereBytesAreNotKnown) {
  const TrackedLoad tracked({"half", 1}, "/models/half/1");
  EXPECT_EQ(LoadsUnderWay()[0].bytes_read, std::nullopt);
}

TEST(LoadProgressTest, TheTotalIsMeasuredOfLoadsThatTakeLong) {
  const TrackedLoad tracked({"half", 1}, TestModelPath("half_plus_three"));
  MeasureLoads(kNever);
  EXPECT_EQ(LoadsUnderWay()[0].total_bytes, std::nullopt);
  MeasureLoads(absl::ZeroDuration());
  ASSERT_TRUE(LoadsUnderWay()[0].total_bytes.has_value());
  EXPECT_GT(*LoadsUnderWay()[0].total_bytes, 1000u);
}

TEST(LoadProgressTest, WhatCannotBeMeasuredStaysUnknown) {
  const TrackedLoad tracked({"half", 1}, "/no/such/model");
  MeasureLoads(absl::ZeroDuration());
  EXPECT_EQ(LoadsUnderWay()[0].total_bytes, std::nullopt);
}

}  // namespace
}  // namespace tfs3
