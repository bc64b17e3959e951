// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs thousands of short random sequences; see random_manager_run.h for what
// is checked. TEST_RANDOM_SEED=N runs only the sequence of that seed, TIMES
// times.

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

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kNumSequences = 400;
#else
constexpr int kNumSequences = 2000;
#endif

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

TEST(AspiredVersionsManagerRandomTest, InvariantsHoldInRandomSequences) {
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kFatal);
  const bool replays = std::getenv("TEST_RANDOM_SEED") != nullptr;
  const uint64_t first =
      FromEnvironment("TEST_RANDOM_SEED", std::random_device()());
  const uint64_t num_sequences =
      replays ? FromEnvironment("TIMES", 1) : kNumSequences;
  std::cout << "The first seed is " << first << "\n";
  RandomRunStats stats;
  for (uint64_t i = 0; i < num_sequences; ++i) {
    const uint64_t seed = replays ? first : first + i;
    RunRandomSequence(seed, &stats);
    ASSERT_FALSE(HasFailure()) << "To repeat: TEST_RANDOM_SEED=" << seed;
  }
  std::cout << stats << "\n";
  if (replays) {
    return;
  }
  // The sequences cover these cases.
  EXPECT_GT(stats.failed_loads, 0);
  EXPECT_GT(stats.handles, 0);
  EXPECT_GT(stats.failed_replacements, 0);
  EXPECT_GT(stats.resource_waits, 0);
}

}  // namespace
}  // namespace tfs3
