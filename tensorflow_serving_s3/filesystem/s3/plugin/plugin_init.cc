// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The entry point that TensorFlow calls in a plugin that it loads as a shared
// object. A program that links the filesystem does not need it.
#include <cstdlib>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin.h"

void TF_InitPlugin(TF_FilesystemPluginInfo* plugin_info) {
  plugin_info->plugin_memory_allocate = std::malloc;
  plugin_info->plugin_memory_free = std::free;
  plugin_info->num_schemes = 1;
  plugin_info->ops = static_cast<TF_FilesystemPluginOps*>(
      std::calloc(plugin_info->num_schemes, sizeof(TF_FilesystemPluginOps)));
  tfs3::s3::ProvideFilesystemSupportFor(&plugin_info->ops[0], "s3");
}
