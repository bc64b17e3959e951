// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io_wheel/sized_reads.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tensorflow/c/tf_file_statistics.h"
#include "tensorflow/c/tf_status.h"

namespace tfs3 {
namespace {

// The replaced functions.
TF_FilesystemOps filesystem;
TF_RandomAccessFileOps random_access_file;

// TF_RandomAccessFile::plugin_file of the new functions.
struct SizedFile {
  TF_RandomAccessFile file;  // Of the replaced functions.
  uint64_t size;
};

void Open(const TF_Filesystem* plugin, const char* path,
          TF_RandomAccessFile* file, TF_Status* status) {
  TF_FileStatistics statistics = {};
  filesystem.stat(plugin, path, &statistics, status);
  if (TF_GetCode(status) != TF_OK) {
    return;
  }
  if (statistics.is_directory) {
    const std::string message = std::string(path) + " is a directory";
    TF_SetStatus(status, TF_FAILED_PRECONDITION, message.c_str());
    return;
  }
  TF_RandomAccessFile opened = {};
  filesystem.new_random_access_file(plugin, path, &opened, status);
  if (TF_GetCode(status) == TF_OK) {
    file->plugin_file =
        new SizedFile{opened, static_cast<uint64_t>(statistics.length)};
  }
}

int64_t Read(const TF_RandomAccessFile* file, uint64_t offset, size_t n,
             char* buffer, TF_Status* status) {
  const auto* const sized = static_cast<SizedFile*>(file->plugin_file);
  const uint64_t rest = sized->size - std::min(sized->size, offset);
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(n, rest));
  int64_t read = 0;
  TF_SetStatus(status, TF_OK, "");
  if (wanted > 0) {
    read =
        random_access_file.read(&sized->file, offset, wanted, buffer, status);
  }
  if (TF_GetCode(status) == TF_OK && wanted < n) {
    TF_SetStatus(status, TF_OUT_OF_RANGE, "the file ends before");
  }
  return read;
}

void Close(TF_RandomAccessFile* file) {
  auto* const sized = static_cast<SizedFile*>(file->plugin_file);
  random_access_file.cleanup(&sized->file);
  delete sized;
}

}  // namespace

void ReadOnlyWithinFiles(const TF_FilesystemPluginOps& ops) {
  filesystem = *ops.filesystem_ops;
  random_access_file = *ops.random_access_file_ops;
  ops.filesystem_ops->new_random_access_file = &Open;
  ops.random_access_file_ops->read = &Read;
  ops.random_access_file_ops->cleanup = &Close;
}

}  // namespace tfs3
