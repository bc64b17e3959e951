// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/run_cost.h"

#include <chrono>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class RunCostTest : public ::testing::Test {
 protected:
  const RunCost::Clock::time_point now_ = RunCost::Clock::now();
  RunCost cost_;
};

TEST_F(RunCostTest, IsNotQuickBeforeTheFirstRun) {
  EXPECT_FALSE(cost_.IsQuick(now_));
}

TEST_F(RunCostTest, IsQuickAfterAShortRun) {
  cost_.Record(microseconds(20), 4, now_);

  EXPECT_TRUE(cost_.IsQuick(now_));
}

TEST_F(RunCostTest, IsNotQuickAfterALongRun) {
  cost_.Record(microseconds(300), 4, now_);

  EXPECT_FALSE(cost_.IsQuick(now_));
}

TEST_F(RunCostTest, IsNotQuickWithLargeOutputs) {
  cost_.Record(microseconds(20), 100 << 10, now_);

  EXPECT_FALSE(cost_.IsQuick(now_));
}

TEST_F(RunCostTest, OneRunThatWaitedForAProcessorChangesNothing) {
  cost_.Record(microseconds(20), 4, now_);
  cost_.Record(milliseconds(5), 4, now_);

  EXPECT_TRUE(cost_.IsQuick(now_));
}

TEST_F(RunCostTest, ASlowRunMakesItSlowFor1000TimesAsLong) {
  cost_.Record(microseconds(20), 4, now_);
  cost_.Record(milliseconds(20), 4, now_);
  cost_.Record(microseconds(20), 4, now_);

  EXPECT_FALSE(cost_.IsQuick(now_ + seconds(19)));
  EXPECT_TRUE(cost_.IsQuick(now_ + seconds(21)));
}

TEST_F(RunCostTest, ASlowRunMakesItSlowForTenMinutesAtMost) {
  cost_.Record(microseconds(20), 4, now_);
  cost_.Record(minutes(2), 4, now_);
  cost_.Record(microseconds(20), 4, now_);

  EXPECT_TRUE(cost_.IsQuick(now_ + minutes(11)));
}

}  // namespace
}  // namespace tfs3
