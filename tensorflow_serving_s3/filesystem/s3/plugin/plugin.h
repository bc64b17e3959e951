// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Provides the filesystem as tables of C functions, TensorFlow's modular
// filesystem interface.
//
//   TF_FilesystemPluginOps ops = {};
//   tfs3::s3::ProvideFilesystemSupportFor(&ops, "s3");
//
// Each scheme has its own filesystem and client, created from the environment
// (config.h) at the first use. errors.h describes errors, object_tree.h paths.
// All functions are thread-safe. A forked child has its own client; files that
// were open at the fork return FAILED_PRECONDITION in the child. The pointers
// of unsupported operations are null.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_H_

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {
namespace s3 {

// Fills in `ops`, which must be zero. The memory that `ops` points to, and the
// strings that the functions return, are allocated by malloc.
void ProvideFilesystemSupportFor(TF_FilesystemPluginOps* ops,
                                 const char* scheme);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_H_
