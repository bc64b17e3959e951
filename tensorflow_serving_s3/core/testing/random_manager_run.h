// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_RANDOM_MANAGER_RUN_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_RANDOM_MANAGER_RUN_H_

#include <cstdint>
#include <ostream>

namespace tfs3 {

// What random sequences did, so that a reader sees that they met something.
struct RandomRunStats {
  int64_t sequences = 0;
  int64_t lists = 0;
  int64_t loads = 0;  // Calls of Load, failed ones included.
  int64_t failed_loads = 0;
  int64_t unloads = 0;
  int64_t handles = 0;
  // Versions that published that their data could not be replaced, or that
  // they wait for resources.
  int64_t failed_replacements = 0;
  int64_t resource_waits = 0;
};

std::ostream& operator<<(std::ostream& out, const RandomRunStats& stats);

// Puts an AspiredVersionsManager through one random sequence: lists of several
// servables come, also repeated, with other data, with errors and with loaders
// that fail; handles are taken, held and released. The policy, a limit of
// memory, the numbers of threads and of retries are drawn from the seed too.
//
//   RandomRunStats stats;
//   RunRandomSequence(/*seed=*/7, &stats);
//
// What must hold at any time, or else the current test of googletest fails:
//  - Load and Unload of one loader never overlap.
//  - Nothing is unloaded while a handle to it is held.
//  - The states that are published of a version do not go backwards within
//    one life of it.
//  - What is loaded keeps to the limit of memory.
//  - With the availability-preserving policy and without a limit: a servable
//    that was available and for which every list had a version stays available.
// And at the end:
//  - Every aspired version is available, or ended with an error, or says that
//    it waits for resources; every other one is gone.
//  - Lists of good data mend everything.
//  - The manager's end unloads everything and leaves no thread.
//
// A seed gives the same decisions again; the interleaving of the threads is
// the system's.
void RunRandomSequence(uint64_t seed, RandomRunStats* stats);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_RANDOM_MANAGER_RUN_H_
