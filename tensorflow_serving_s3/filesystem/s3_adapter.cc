// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// ProvideFilesystemSupportFor, which fills in the tables of C functions, is the
// only interface between TensorFlow and the filesystem. A plugin with the same
// function can replace this one.
#include "tensorflow_serving_s3/filesystem/s3_adapter.h"

#include <cstdlib>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow/c/experimental/filesystem/modular_filesystem_registration.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin.h"

namespace tfs3 {

absl::Status RegisterS3Filesystem(const std::string& scheme) {
  TF_FilesystemPluginInfo info = {};
  info.plugin_memory_allocate = std::malloc;
  info.plugin_memory_free = std::free;
  info.num_schemes = 1;
  // TensorFlow copies and frees the tables.
  info.ops = static_cast<TF_FilesystemPluginOps*>(
      std::calloc(1, sizeof(TF_FilesystemPluginOps)));
  s3::ProvideFilesystemSupportFor(info.ops, scheme.c_str());
  return tensorflow::filesystem_registration::RegisterFilesystemPluginImpl(
      &info);
}

}  // namespace tfs3
