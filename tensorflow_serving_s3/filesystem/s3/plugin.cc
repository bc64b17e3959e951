// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow/c/tf_file_statistics.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow_serving_s3/filesystem/s3/client.h"
#include "tensorflow_serving_s3/filesystem/s3/config.h"
#include "tensorflow_serving_s3/filesystem/s3/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/profile.h"
#include "tensorflow_serving_s3/filesystem/s3/status.h"
#include "tensorflow_serving_s3/filesystem/s3/uri.h"

namespace tfs3 {
namespace s3 {
namespace {

void SetStatus(TF_Status* to, const Status& from) {
  TF_SetStatus(to, from.code, from.message.c_str());
}

char* CopyForTensorFlow(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

template <typename T>
T* NewTable(const T& table) {
  T* copy = static_cast<T*>(std::malloc(sizeof(T)));
  *copy = table;
  return copy;
}

// What TF_Filesystem carries.
class Filesystem {
 public:
  // Made at the first call; a failure is tried again by the next.
  Result<Client*> client() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (client_ == nullptr) {
      Result<Options> options =
          OptionsFromEnvironment(ProcessGetenv, ProfileProperty);
      if (!options.ok()) return options.status();
      Result<std::unique_ptr<Client>> client =
          Client::New(*options, ProcessGetenv);
      if (!client.ok()) return client.status();
      client_ = *std::move(client);
    }
    return client_.get();
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Client> client_;
};

// A path that is about to be used: where it is, and whom to ask.
struct Target {
  Client* client;
  S3Uri uri;
};

Result<Target> Resolve(const TF_Filesystem* filesystem, const char* path) {
  Result<S3Uri> uri = ParseUri(path);
  if (!uri.ok()) return uri.status();
  Result<Client*> client =
      static_cast<Filesystem*>(filesystem->plugin_filesystem)->client();
  if (!client.ok()) {
    return Status{client.status().code,
                  std::string(path) + ": " + client.status().message};
  }
  return Target{*client, *uri};
}

Result<PathInfo> StatAt(const TF_Filesystem* filesystem, const char* path) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) return target.status();
  return StatPath(*target->client, target->uri);
}

Status IsADirectory(const char* path) {
  return {TF_FAILED_PRECONDITION,
          std::string(path) + " is a directory, not a file"};
}

Result<std::unique_ptr<ObjectReader>> OpenAt(const TF_Filesystem* filesystem,
                                             const char* path) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) return target.status();
  if (target->uri.key.empty() || target->uri.key.back() == '/') {
    return IsADirectory(path);
  }
  return ObjectReader::Open(target->client, target->uri);
}

namespace random_access_file {

struct File {
  std::string path;
  std::unique_ptr<ObjectReader> reader;
};

void Cleanup(TF_RandomAccessFile* file) {
  delete static_cast<File*>(file->plugin_file);
}

int64_t Read(const TF_RandomAccessFile* file, uint64_t offset, size_t n,
             char* buffer, TF_Status* status) {
  File* opened = static_cast<File*>(file->plugin_file);
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
  std::unique_ptr<char[]> bytes;
  uint64_t size;
};

void Cleanup(TF_ReadOnlyMemoryRegion* region) {
  delete static_cast<Region*>(region->plugin_memory_region);
}

const void* Data(const TF_ReadOnlyMemoryRegion* region) {
  return static_cast<Region*>(region->plugin_memory_region)->bytes.get();
}

uint64_t Length(const TF_ReadOnlyMemoryRegion* region) {
  return static_cast<Region*>(region->plugin_memory_region)->size;
}

}  // namespace memory_region

namespace filesystem {

void Init(TF_Filesystem* filesystem, TF_Status* status) {
  filesystem->plugin_filesystem = new Filesystem();
  SetStatus(status, {});
}

void Cleanup(TF_Filesystem* filesystem) {
  delete static_cast<Filesystem*>(filesystem->plugin_filesystem);
}

void NewRandomAccessFile(const TF_Filesystem* filesystem, const char* path,
                         TF_RandomAccessFile* file, TF_Status* status) {
  Result<std::unique_ptr<ObjectReader>> reader = OpenAt(filesystem, path);
  SetStatus(status, reader.status());
  if (!reader.ok()) return;
  file->plugin_file = new random_access_file::File{path, *std::move(reader)};
}

void NewReadOnlyMemoryRegionFromFile(const TF_Filesystem* filesystem,
                                     const char* path,
                                     TF_ReadOnlyMemoryRegion* region,
                                     TF_Status* status) {
  Result<std::unique_ptr<ObjectReader>> reader = OpenAt(filesystem, path);
  if (!reader.ok()) return SetStatus(status, reader.status());
  const uint64_t size = (*reader)->info().size;
  std::unique_ptr<char[]> bytes(new char[size]);
  Result<size_t> got = (*reader)->Read(0, bytes.get(), size);
  SetStatus(status, got.status());
  if (!got.ok()) return;
  region->plugin_memory_region =
      new memory_region::Region{std::move(bytes), size};
}

void PathExists(const TF_Filesystem* filesystem, const char* path,
                TF_Status* status) {
  SetStatus(status, StatAt(filesystem, path).status());
}

bool PathsExist(const TF_Filesystem* filesystem, char** paths, int num_files,
                TF_Status** statuses) {
  bool all = true;
  for (int i = 0; i < num_files; ++i) {
    const Status status = StatAt(filesystem, paths[i]).status();
    all = all && status.ok();
    if (statuses != nullptr) SetStatus(statuses[i], status);
  }
  return all;
}

void Stat(const TF_Filesystem* filesystem, const char* path,
          TF_FileStatistics* stats, TF_Status* status) {
  Result<PathInfo> info = StatAt(filesystem, path);
  SetStatus(status, info.status());
  if (!info.ok()) return;
  stats->length = static_cast<int64_t>(info->object.size);
  stats->mtime_nsec = info->object.mtime_nsec;
  stats->is_directory = info->is_directory;
}

bool IsDirectory(const TF_Filesystem* filesystem, const char* path,
                 TF_Status* status) {
  Result<PathInfo> info = StatAt(filesystem, path);
  if (!info.ok()) {
    SetStatus(status, info.status());
    return false;
  }
  if (!info->is_directory) {
    SetStatus(status, {TF_FAILED_PRECONDITION,
                       std::string(path) + " is a file, not a directory"});
    return false;
  }
  SetStatus(status, {});
  return true;
}

int64_t GetFileSize(const TF_Filesystem* filesystem, const char* path,
                    TF_Status* status) {
  Result<PathInfo> info = StatAt(filesystem, path);
  if (info.ok() && info->is_directory) info = IsADirectory(path);
  SetStatus(status, info.status());
  return info.ok() ? static_cast<int64_t>(info->object.size) : -1;
}

// TensorFlow's own would take scheme and bucket off.
char* TranslateName(const TF_Filesystem*, const char* uri) {
  return CopyForTensorFlow(uri);
}

int GetChildren(const TF_Filesystem* filesystem, const char* path,
                char*** entries, TF_Status* status) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) {
    SetStatus(status, target.status());
    return -1;
  }
  Result<std::vector<std::string>> names =
      ListChildren(*target->client, target->uri);
  SetStatus(status, names.status());
  if (!names.ok()) return -1;
  *entries = static_cast<char**>(std::calloc(names->size() + 1, sizeof(char*)));
  for (size_t i = 0; i < names->size(); ++i) {
    (*entries)[i] = CopyForTensorFlow((*names)[i]);
  }
  return static_cast<int>(names->size());
}

}  // namespace filesystem
}  // namespace

void ProvideFilesystemSupportFor(TF_FilesystemPluginOps* ops,
                                 const char* scheme) {
  TF_SetFilesystemVersionMetadata(ops);
  ops->scheme = CopyForTensorFlow(scheme);

  TF_RandomAccessFileOps random_access_file_ops = {};
  random_access_file_ops.cleanup = random_access_file::Cleanup;
  random_access_file_ops.read = random_access_file::Read;
  ops->random_access_file_ops = NewTable(random_access_file_ops);

  TF_ReadOnlyMemoryRegionOps memory_region_ops = {};
  memory_region_ops.cleanup = memory_region::Cleanup;
  memory_region_ops.data = memory_region::Data;
  memory_region_ops.length = memory_region::Length;
  ops->read_only_memory_region_ops = NewTable(memory_region_ops);

  TF_FilesystemOps filesystem_ops = {};
  filesystem_ops.init = filesystem::Init;
  filesystem_ops.cleanup = filesystem::Cleanup;
  filesystem_ops.new_random_access_file = filesystem::NewRandomAccessFile;
  filesystem_ops.new_read_only_memory_region_from_file =
      filesystem::NewReadOnlyMemoryRegionFromFile;
  filesystem_ops.path_exists = filesystem::PathExists;
  filesystem_ops.paths_exist = filesystem::PathsExist;
  filesystem_ops.stat = filesystem::Stat;
  filesystem_ops.is_directory = filesystem::IsDirectory;
  filesystem_ops.get_file_size = filesystem::GetFileSize;
  filesystem_ops.translate_name = filesystem::TranslateName;
  filesystem_ops.get_children = filesystem::GetChildren;
  ops->filesystem_ops = NewTable(filesystem_ops);
}

}  // namespace s3
}  // namespace tfs3
