// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/load_progress_reporter.h"

#include <future>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3 {
namespace {

using ::testing::StartsWith;

LoadProgress HalfAfter12Seconds() {
  LoadProgress load;
  load.id = {"half", 1};
  load.path = "s3://models/half/1";
  load.elapsed = absl::Milliseconds(12345);
  return load;
}

TEST(DescribeLoadTest, HasBytesSpeedAndRemainingTime) {
  LoadProgress load = HalfAfter12Seconds();
  load.elapsed = absl::Seconds(10);
  load.bytes_read = 400000000;
  load.total_bytes = 1000000000;
  EXPECT_EQ(DescribeLoad(load),
            "Loading half version 1 for 10 s: 400.0 of 1000.0 MB, 40.0 MB/s, "
            "about 15 s left");
}

TEST(DescribeLoadTest, ReportsTheLastByte) {
  LoadProgress load = HalfAfter12Seconds();
  load.elapsed = absl::Seconds(10);
  load.bytes_read = 1001000000;
  load.total_bytes = 1000000000;
  EXPECT_EQ(DescribeLoad(load),
            "Loading half version 1 for 10 s: 1001.0 of 1000.0 MB, 100.1 MB/s, "
            "all bytes read");
}

TEST(DescribeLoadTest, OmitsUnknownParts) {
  LoadProgress load = HalfAfter12Seconds();
  EXPECT_EQ(DescribeLoad(load), "Loading half version 1 for 12 s");
  load.total_bytes = 1500000;
  EXPECT_EQ(DescribeLoad(load),
            "Loading half version 1 for 12 s: a model of 1.5 MB");
  load.bytes_read = 0;
  EXPECT_EQ(DescribeLoad(load),
            "Loading half version 1 for 12 s: 0.0 of 1.5 MB, 0.0 MB/s");
  load.total_bytes.reset();
  EXPECT_EQ(DescribeLoad(load),
            "Loading half version 1 for 12 s: 0.0 MB read, 0.0 MB/s");
}

TEST(LoadProgressReporterTest, ReportsALoadPeriodically) {
  const TrackedLoad tracked({"half", 1}, "/models/half/1");
  std::promise<std::string> second;
  int lines = 0;
  LoadProgressReporter reporter(absl::Milliseconds(1),
                                [&](const std::string& line) {
                                  if (++lines == 2) {
                                    second.set_value(line);
                                  }
                                });
  EXPECT_THAT(second.get_future().get(), StartsWith("Loading half version 1"));
}

TEST(LoadProgressReporterTest, DestructorDoesNotWaitForThePeriod) {
  const TrackedLoad tracked({"half", 1}, "/models/half/1");
  int lines = 0;
  {
    const LoadProgressReporter reporter(absl::Hours(24),
                                        [&](const std::string&) { ++lines; });
  }
  EXPECT_EQ(lines, 0);
}

}  // namespace
}  // namespace tfs3
