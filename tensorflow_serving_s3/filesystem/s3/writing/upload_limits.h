// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Limits that all uploads and copies of a process share. A forked child has its
// own.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_UPLOAD_LIMITS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_UPLOAD_LIMITS_H_

#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"

namespace tfs3 {
namespace s3 {

// The memory of parts that wait for their upload, in bytes: 128 MiB.
Semaphore& UploadMemory();

// The copies on the store, at most 32 at a time. A copy holds a connection for
// as long as the store needs, possibly minutes; readers need the rest of the
// connections.
Semaphore& CopySlots();

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_UPLOAD_LIMITS_H_
