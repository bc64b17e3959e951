// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs random sequences of a manager for a long time. See random_manager_run.h
// for the checks and README.md for the commands.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/testing/random_manager_run.h"

namespace tfs3 {
namespace {

using Clock = std::chrono::steady_clock;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

TEST(AspiredVersionsManagerSoak, InvariantsHoldForALongTime) {
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kFatal);
  const uint64_t first =
      FromEnvironment("TEST_RANDOM_SEED", std::random_device()());
  const std::chrono::seconds duration(FromEnvironment("SOAK_SECONDS", 600));
  std::cout << "The first seed is " << first << "; the run takes "
            << duration.count() << " s" << std::endl;
  RandomRunStats stats;
  const Clock::time_point start = Clock::now();
  Clock::time_point next_report = start;
  for (uint64_t seed = first; Clock::now() - start < duration; ++seed) {
    RunRandomSequence(seed, &stats);
    ASSERT_FALSE(HasFailure()) << "To repeat: TEST_RANDOM_SEED=" << seed;
    if (Clock::now() >= next_report) {
      std::cout << stats << std::endl;
      next_report = Clock::now() + std::chrono::minutes(1);
    }
  }
  std::cout << stats << std::endl;
  EXPECT_GT(stats.sequences, 0);
}

}  // namespace
}  // namespace tfs3
