// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The plugin's functions for reading: random access files, read-only memory
// regions, and the functions that open them.
//
//   TF_FilesystemOps filesystem_ops = {};
//   AddReading(random_access_file_ops, memory_region_ops, filesystem_ops);
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_READING_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_READING_H_

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {
namespace s3 {

// Fills in the first two tables, and the functions for reading in
// `filesystem_ops`.
void AddReading(TF_RandomAccessFileOps& random_access_file_ops,
                TF_ReadOnlyMemoryRegionOps& memory_region_ops,
                TF_FilesystemOps& filesystem_ops);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_READING_H_
