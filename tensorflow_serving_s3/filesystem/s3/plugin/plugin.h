// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// This filesystem as TensorFlow's modular filesystem interface knows one:
// tables of C functions.
//
//   TF_FilesystemPluginOps ops = {};
//   tfs3::s3::ProvideFilesystemSupportFor(&ops, "s3");
//
// Each registered scheme is a filesystem of its own, with a client of its own,
// made from the environment (config.h) at its first use. What an error means is
// in errors.h, what a path means in object_tree.h. All functions are
// thread-safe as TensorFlow asks. The child of a fork has a client of its own;
// files that were open at the fork are FAILED_PRECONDITION there. An operation
// that is not offered is a null pointer, to which TensorFlow answers
// UNIMPLEMENTED, or does without.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_H_

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {
namespace s3 {

// Fills in `ops`, which must be zero. Everything that `ops` points to then, and
// every string that the functions give to TensorFlow, is memory of malloc, for
// free to take back.
void ProvideFilesystemSupportFor(TF_FilesystemPluginOps* ops,
                                 const char* scheme);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_H_
