// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The plugin's functions for writing: writable files, and the functions that
// open them.
//
//   TF_WritableFileOps writable_file_ops = {};
//   TF_FilesystemOps filesystem_ops = {};
//   AddWriting(writable_file_ops, filesystem_ops);
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_WRITING_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_WRITING_H_

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {
namespace s3 {

// Fills in the first table, and the functions for writing in `filesystem_ops`.
void AddWriting(TF_WritableFileOps& writable_file_ops,
                TF_FilesystemOps& filesystem_ops);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_WRITING_H_
