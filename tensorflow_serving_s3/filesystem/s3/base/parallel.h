// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Many small tasks that wait for a store, some at a time.
//
//   Status status = ForEachInParallel(keys.size(), 16, [&](size_t i) {
//     return Copy(keys[i]);
//   });
//
// Runs on threads of its own, which are gone when it returns, and on that of
// the caller. Where the system has no threads to give, on the caller's alone.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PARALLEL_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PARALLEL_H_

#include <cstddef>
#include <functional>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

// Calls `task` with every number below `count`, up to `threads` of them at the
// same time. After a failure none is begun any more; the first one is returned.
Status ForEachInParallel(size_t count, size_t threads,
                         const std::function<Status(size_t)>& task);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PARALLEL_H_
