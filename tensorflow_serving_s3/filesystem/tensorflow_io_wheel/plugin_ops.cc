// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io_wheel/plugin_ops.h"

#include <cstddef>

namespace tfs3 {

std::optional<TF_FilesystemPluginOps> TakeOps(
    const TF_FilesystemPluginInfo& plugin, const std::string& scheme) {
  std::optional<TF_FilesystemPluginOps> taken;
  for (size_t i = 0; i < plugin.num_schemes; ++i) {
    const TF_FilesystemPluginOps& ops = plugin.ops[i];
    if (!taken.has_value() && ops.scheme == scheme) {
      taken = ops;
      continue;
    }
    plugin.plugin_memory_free(ops.scheme);
    plugin.plugin_memory_free(ops.filesystem_ops);
    plugin.plugin_memory_free(ops.random_access_file_ops);
    plugin.plugin_memory_free(ops.writable_file_ops);
    plugin.plugin_memory_free(ops.read_only_memory_region_ops);
  }
  plugin.plugin_memory_free(plugin.ops);
  return taken;
}

}  // namespace tfs3
