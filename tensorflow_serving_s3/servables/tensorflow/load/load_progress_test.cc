// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/filesystem/read_counter.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

constexpr absl::Duration kNever = absl::Hours(24);

class FakeReadCounter : public ReadCounter {
 public:
  explicit FakeReadCounter(const uint64_t* bytes) : bytes_(bytes) {}

  uint64_t bytes() const override { return *bytes_; }

 private:
  const uint64_t* const bytes_;
};

TEST(LoadProgressTest, ListsALoadUntilItEnds) {
  EXPECT_TRUE(ActiveLoads().empty());
  {
    const TrackedLoad half({"half", 2}, "s3://models/half/2");
    const TrackedLoad first({"half", 1}, "s3://models/half/1");
    const std::vector<LoadProgress> loads = ActiveLoads();
    ASSERT_EQ(loads.size(), 2u);
    EXPECT_EQ(loads[0].id, (ServableId{"half", 1}));
    EXPECT_EQ(loads[0].path, "s3://models/half/1");
    EXPECT_GE(loads[0].elapsed, absl::ZeroDuration());
    EXPECT_EQ(loads[1].id, (ServableId{"half", 2}));
  }
  EXPECT_TRUE(ActiveLoads().empty());
}

TEST(LoadProgressTest, ReportsTheBytesThatTheFilesystemCounts) {
  uint64_t bytes = 0;
  std::string directory;
  RegisterReadCounter("counted", [&](const std::string& url) {
    directory = url;
    return std::make_unique<FakeReadCounter>(&bytes);
  });

  const TrackedLoad tracked({"half", 1}, "counted://models/half/1");

  EXPECT_EQ(directory, "counted://models/half/1");
  EXPECT_EQ(ActiveLoads()[0].bytes_read, 0u);
  bytes = 123;
  EXPECT_EQ(ActiveLoads()[0].bytes_read, 123u);
}

TEST(LoadProgressTest, ReportsNoBytesIfTheFilesystemDoesNotCount) {
  for (const std::string path : {"/models/half/1", "uncounted://half/1"}) {
    const TrackedLoad tracked({"half", 1}, path);
    EXPECT_EQ(ActiveLoads()[0].bytes_read, std::nullopt) << path;
  }
}

TEST(LoadProgressTest, MeasuresTheTotalOfLongLoads) {
  const TrackedLoad tracked({"half", 1}, TestModelPath("half_plus_three"));
  MeasureLoads(kNever);
  EXPECT_EQ(ActiveLoads()[0].total_bytes, std::nullopt);
  MeasureLoads(absl::ZeroDuration());
  ASSERT_TRUE(ActiveLoads()[0].total_bytes.has_value());
  EXPECT_GT(*ActiveLoads()[0].total_bytes, 1000u);
}

TEST(LoadProgressTest, ReportsNoTotalIfMeasuringFails) {
  const TrackedLoad tracked({"half", 1}, "/no/such/model");
  MeasureLoads(absl::ZeroDuration());
  EXPECT_EQ(ActiveLoads()[0].total_bytes, std::nullopt);
}

}  // namespace
}  // namespace tfs3
