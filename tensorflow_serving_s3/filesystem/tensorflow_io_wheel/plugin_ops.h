// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_WHEEL_PLUGIN_OPS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_WHEEL_PLUGIN_OPS_H_

#include <optional>
#include <string>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"

namespace tfs3 {

// Returns the operations for URLs of `scheme` out of `plugin`, which
// TF_InitPlugin has filled in; nullopt if it has none. Frees the operations for
// other schemes. The caller owns the memory of the result, which is that of
// plugin.plugin_memory_allocate.
std::optional<TF_FilesystemPluginOps> TakeOps(
    const TF_FilesystemPluginInfo& plugin, const std::string& scheme);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_WHEEL_PLUGIN_OPS_H_
