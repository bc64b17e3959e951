// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_RANDOM_MANAGER_RUN_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_RANDOM_MANAGER_RUN_H_

#include <cstdint>

#include "tensorflow_serving_s3/core/testing/run_monitor.h"

namespace tfs3 {

// Runs one random sequence of an AspiredVersionsManager. The sequence
//  - sends lists of several servables: repeated lists, lists with other data,
//    with errors and with loaders that fail;
//  - acquires, holds and releases handles.
// The seed also selects the policy, the memory limit, the number of threads and
// the number of retries.
//
//   RandomRunStats stats;
//   RunRandomSequence(/*seed=*/7, &stats);
//
// Fails the current test of googletest unless, at any time:
//  - Load and Unload of one loader never overlap.
//  - No version is unloaded while a handle to it is held.
//  - The published states of a version are in an allowed order.
//  - The loaded data is below the memory limit.
//  - With the availability-preserving policy and without a limit: a servable
//    that was available, and for which every list had a version, is available.
// And at the end:
//  - Every aspired version is available, or has ended with an error, or waits
//    for resources; every other version has ended.
//  - After lists of good data every aspired version is available.
//  - The destructor of the manager unloads everything and leaves no thread.
//
// The same seed makes the same decisions. The order in which threads run is not
// determined by the seed.
void RunRandomSequence(uint64_t seed, RandomRunStats* stats);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_RANDOM_MANAGER_RUN_H_
