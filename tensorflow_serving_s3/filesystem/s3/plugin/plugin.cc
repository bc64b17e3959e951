// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin.h"

#include <cstdlib>

#include "tensorflow/c/tf_status.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_namespace.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_reading.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_state.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_writing.h"

namespace tfs3 {
namespace s3 {
namespace {

template <typename T>
T* NewTable(const T& table) {
  T* copy = static_cast<T*>(std::malloc(sizeof(T)));
  *copy = table;
  return copy;
}

void Init(TF_Filesystem* filesystem, TF_Status* status) {
  filesystem->plugin_filesystem = new Filesystem();
  SetStatus(status, {});
}

void Cleanup(TF_Filesystem* filesystem) {
  delete static_cast<Filesystem*>(filesystem->plugin_filesystem);
}

}  // namespace

void ProvideFilesystemSupportFor(TF_FilesystemPluginOps* ops,
                                 const char* scheme) {
  TF_SetFilesystemVersionMetadata(ops);
  ops->scheme = CopyForTensorFlow(scheme);

  TF_RandomAccessFileOps random_access_file_ops = {};
  TF_WritableFileOps writable_file_ops = {};
  TF_ReadOnlyMemoryRegionOps memory_region_ops = {};
  TF_FilesystemOps filesystem_ops = {};
  filesystem_ops.init = Init;
  filesystem_ops.cleanup = Cleanup;
  AddReading(random_access_file_ops, memory_region_ops, filesystem_ops);
  AddWriting(writable_file_ops, filesystem_ops);
  AddNamespace(filesystem_ops);
  ops->random_access_file_ops = NewTable(random_access_file_ops);
  ops->writable_file_ops = NewTable(writable_file_ops);
  ops->read_only_memory_region_ops = NewTable(memory_region_ops);
  ops->filesystem_ops = NewTable(filesystem_ops);
}

}  // namespace s3
}  // namespace tfs3
