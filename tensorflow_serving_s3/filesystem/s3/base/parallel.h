// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs tasks that wait for the network on several threads.
//
//   Status status = ForEachInParallel(keys.size(), 16, [&](size_t i) {
//     return Copy(keys[i]);
//   });
//
// Uses the caller's thread and new threads, which end before it returns. Calls
// may be nested (a copy in parts within a rename of a directory): with a shared
// pool, nested calls could wait for each other's threads. If the system cannot
// start threads, it uses fewer.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PARALLEL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PARALLEL_H_

#include <cstddef>
#include <functional>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

// Calls `task` with each number below `count`, at most `threads` calls at the
// same time. Returns the first failure, after which it starts no more calls.
Status ForEachInParallel(size_t count, size_t threads,
                         const std::function<Status(size_t)>& task);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PARALLEL_H_
