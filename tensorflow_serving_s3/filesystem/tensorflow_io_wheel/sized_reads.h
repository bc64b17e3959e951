// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The library crashes if a read begins at or past the end of a file: the store
// answers 416, and the library uses the missing body. TensorFlow's SavedModel
// loader reads like that.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_WHEEL_SIZED_READS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_WHEEL_SIZED_READS_H_

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {

// Replaces the functions of `ops` that open and read a random-access file. The
// new functions request the file's size when they open it, and call the old
// functions only for bytes within this size. Opening a missing file then fails
// with NOT_FOUND, and opening a directory with FAILED_PRECONDITION.
//
// All calls of ReadOnlyWithinFiles must be for the same functions. Not
// thread-safe.
void ReadOnlyWithinFiles(const TF_FilesystemPluginOps& ops);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_WHEEL_SIZED_READS_H_
