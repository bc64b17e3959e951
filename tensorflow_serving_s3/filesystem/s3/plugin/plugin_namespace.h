// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The plugin's functions for paths: stat, list, create, delete, rename, copy.
//
//   TF_FilesystemOps filesystem_ops = {};
//   AddNamespace(filesystem_ops);
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_NAMESPACE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_NAMESPACE_H_

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {
namespace s3 {

// Sets the functions for paths in `filesystem_ops`.
void AddNamespace(TF_FilesystemOps& filesystem_ops);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_NAMESPACE_H_
