// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_RANDOM_OPERATIONS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_RANDOM_OPERATIONS_H_

namespace tfs3 {

// Runs random sequences of operations, each in a new directory, on s3:// with a
// SeaweedFS server and on the ReferenceFilesystem. Both must return the same
// values or codes, and have the same files at the end. Otherwise the current
// test fails, with the sequence and its seed.
//
//   RunRandomOperationsFor(/*seconds=*/15);
//
// TEST_RANDOM_SEED sets the first seed, which is otherwise random; a seed
// repeats its sequence. TIMES sets the number of sequences, instead of the
// duration.
void RunRandomOperationsFor(int seconds);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_RANDOM_OPERATIONS_H_
