// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_reading.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tensorflow/c/tf_status.h"
#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_state.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/python_lock.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"

namespace tfs3 {
namespace s3 {
namespace {

Result<std::unique_ptr<ObjectReader>> OpenAt(const TF_Filesystem* filesystem,
                                             const char* path) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) {
    return target.status();
  }
  if (target->uri.key.empty() || target->uri.key.back() == '/') {
    return IsADirectory(path);
  }
  return ObjectReader::Open(target->client, target->uri);
}

namespace random_access_file {

struct File {
  std::string path;
  std::unique_ptr<ObjectReader> reader;
  OwnerProcess owner;
};

void Cleanup(TF_RandomAccessFile* file) {
  File* opened = static_cast<File*>(file->plugin_file);
  // In a forked child, the destructor would wait for threads that do not exist.
  if (!opened->owner.IsThis()) {
    opened->reader.release();
  }
  delete opened;
}

int64_t Read(const TF_RandomAccessFile* file, uint64_t offset, size_t n,
             char* buffer, TF_Status* status) {
  File* opened = static_cast<File*>(file->plugin_file);
  if (!opened->owner.IsThis()) {
    SetStatus(status, OpenedBeforeFork(opened->path));
    return -1;
  }
  Result<size_t> got = opened->reader->Read(offset, buffer, n);
  if (!got.ok()) {
    SetStatus(status, got.status());
    return -1;
  }
  if (*got < n) {
    SetStatus(status,
              {TF_OUT_OF_RANGE,
               opened->path + " ends after " +
                   std::to_string(opened->reader->info().size) + " bytes"});
  } else {
    SetStatus(status, {});
  }
  return static_cast<int64_t>(*got);
}

}  // namespace random_access_file

namespace memory_region {

struct Region {
  MemoryBudget::Block bytes;
};

void Cleanup(TF_ReadOnlyMemoryRegion* region) {
  delete static_cast<Region*>(region->plugin_memory_region);
}

const void* Data(const TF_ReadOnlyMemoryRegion* region) {
  return static_cast<Region*>(region->plugin_memory_region)->bytes.data();
}

uint64_t Length(const TF_ReadOnlyMemoryRegion* region) {
  return static_cast<Region*>(region->plugin_memory_region)->bytes.size();
}

}  // namespace memory_region

void NewRandomAccessFile(const TF_Filesystem* filesystem, const char* path,
                         TF_RandomAccessFile* file, TF_Status* status) {
  Result<std::unique_ptr<ObjectReader>> reader = OpenAt(filesystem, path);
  SetStatus(status, reader.status());
  if (!reader.ok()) {
    return;
  }
  file->plugin_file =
      new random_access_file::File{path, *std::move(reader), {}};
}

void NewReadOnlyMemoryRegionFromFile(const TF_Filesystem* filesystem,
                                     const char* path,
                                     TF_ReadOnlyMemoryRegion* region,
                                     TF_Status* status) {
  Result<std::unique_ptr<ObjectReader>> reader = OpenAt(filesystem, path);
  if (!reader.ok()) {
    return SetStatus(status, reader.status());
  }
  const uint64_t size = (*reader)->info().size;
  if (size == 0) {
    // As in TensorFlow's local file system.
    return SetStatus(
        status, {TF_INVALID_ARGUMENT,
                 std::string(path) +
                     " is empty, and a memory region has at least one byte"});
  }
  // The memory belongs to the caller, not to the read-ahead.
  MemoryBudget::Block bytes = MemoryBudget::Block::OutsideBudget(size);
  if (bytes.data() == nullptr) {
    return SetStatus(
        status, {TF_RESOURCE_EXHAUSTED, std::string(path) +
                                            ": not enough memory for "
                                            "its " +
                                            std::to_string(size) + " bytes"});
  }
  Result<size_t> got = (*reader)->Read(0, bytes.data(), size);
  SetStatus(status, got.status());
  if (!got.ok()) {
    return;
  }
  region->plugin_memory_region = new memory_region::Region{std::move(bytes)};
}

}  // namespace

void AddReading(TF_RandomAccessFileOps& random_access_file_ops,
                TF_ReadOnlyMemoryRegionOps& memory_region_ops,
                TF_FilesystemOps& filesystem_ops) {
  random_access_file_ops.cleanup = Releasing<random_access_file::Cleanup>::Call;
  random_access_file_ops.read = Releasing<random_access_file::Read>::Call;
  memory_region_ops.cleanup = memory_region::Cleanup;
  memory_region_ops.data = memory_region::Data;
  memory_region_ops.length = memory_region::Length;
  filesystem_ops.new_random_access_file = Releasing<NewRandomAccessFile>::Call;
  filesystem_ops.new_read_only_memory_region_from_file =
      Releasing<NewReadOnlyMemoryRegionFromFile>::Call;
}

}  // namespace s3
}  // namespace tfs3
