// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_RANDOM_OPERATIONS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_RANDOM_OPERATIONS_H_

namespace tfs3 {

// Puts s3:// of TensorFlow's Env, with a SeaweedFS of its own behind it, and
// the ReferenceFilesystem through the same random sequences of operations, each
// in a new directory: both must answer the same, by value or by code, and at
// the end hold the same files. Where that is not so the current test of
// googletest fails, with the sequence and its seed.
//
//   RunRandomOperationsFor(/*seconds=*/15);
//
// The first seed is TEST_RANDOM_SEED, or drawn where that variable is not set;
// a seed makes the same sequence again. Where TIMES is set it is that many
// sequences in place of the seconds.
void RunRandomOperationsFor(int seconds);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_RANDOM_OPERATIONS_H_
