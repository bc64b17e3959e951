// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_writing.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow/c/tf_status.h"
#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_state.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/python_lock.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_writer.h"

namespace tfs3 {
namespace s3 {
namespace {

struct File {
  std::string path;
  std::unique_ptr<ObjectWriter> writer;
  OwnerProcess owner;
};

File& Opened(const TF_WritableFile* file) {
  return *static_cast<File*>(file->plugin_file);
}

void Cleanup(TF_WritableFile* file) {
  File* opened = &Opened(file);
  if (!opened->owner.IsThis()) {
    // In a forked child, the destructor would wait for threads that do not
    // exist.
    opened->writer.release();
  } else {
    std::optional<ReleasedPythonLock> released;
    if (!opened->writer->settled()) {
      released.emplace();
    }
    // During the unwinding of an exception, the write is incomplete.
    const Status dropped =
        std::uncaught_exceptions() == 0 ? opened->writer->Drop() : Status();
    // Cleanup cannot return an error.
    if (!dropped.ok()) {
      std::fprintf(stderr, "s3 [ERROR] %s\n", dropped.message.c_str());
    }
    opened->writer.reset();
  }
  delete opened;
}

// Sets `status` to the result of `call`, or to an error if another process
// opened the file.
template <typename Call>
void CallWriter(const TF_WritableFile* file, TF_Status* status,
                const Call& call) {
  File& opened = Opened(file);
  SetStatus(status, opened.owner.IsThis() ? call(*opened.writer)
                                          : OpenedBeforeFork(opened.path));
}

void Append(const TF_WritableFile* file, const char* buffer, size_t n,
            TF_Status* status) {
  CallWriter(file, status, [&](ObjectWriter& writer) -> Status {
    const std::string_view bytes(buffer, n);
    // Most calls end here. Releasing and taking Python's lock costs more than
    // the copy if another thread runs Python.
    if (writer.TryAppend(bytes)) {
      return {};
    }
    const ReleasedPythonLock released;
    return writer.Append(bytes);
  });
}

int64_t Tell(const TF_WritableFile* file, TF_Status* status) {
  int64_t size = -1;
  CallWriter(file, status, [&](ObjectWriter& writer) -> Status {
    size = static_cast<int64_t>(writer.size());
    return {};
  });
  return size;
}

void Flush(const TF_WritableFile* file, TF_Status* status) {
  CallWriter(file, status, [](ObjectWriter& writer) { return writer.Flush(); });
}

void Sync(const TF_WritableFile* file, TF_Status* status) {
  CallWriter(file, status, [](ObjectWriter& writer) { return writer.Sync(); });
}

void Close(const TF_WritableFile* file, TF_Status* status) {
  CallWriter(file, status, [](ObjectWriter& writer) { return writer.Close(); });
}

// Finds an existing file. A directory is an error.
Result<std::optional<PathInfo>> FileAt(const Target& target, const char* path) {
  if (target.uri.key.empty() || target.uri.key.back() == '/') {
    return IsADirectory(path);
  }
  Result<std::optional<PathInfo>> found = FindPath(*target.client, target.uri);
  if (found.ok() && found->has_value() && (*found)->is_directory) {
    return IsADirectory(path);
  }
  return found;
}

void NewWritableFile(const TF_Filesystem* filesystem, const char* path,
                     TF_WritableFile* file, TF_Status* status) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) {
    return SetStatus(status, target.status());
  }
  const Status found = FileAt(*target, path).status();
  // A caller without s3:ListBucket can still write.
  const bool denied = found.code == TF_PERMISSION_DENIED;
  SetStatus(status, denied ? Status() : found);
  if (!found.ok() && !denied) {
    return;
  }
  file->plugin_file = new File{
      path, ObjectWriter::New(target->client, target->uri), OwnerProcess()};
}

void NewAppendableFile(const TF_Filesystem* filesystem, const char* path,
                       TF_WritableFile* file, TF_Status* status) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) {
    return SetStatus(status, target.status());
  }
  Result<std::optional<PathInfo>> found = FileAt(*target, path);
  if (!found.ok()) {
    return SetStatus(status, found.status());
  }
  Result<std::unique_ptr<ObjectWriter>> writer =
      found->has_value()
          ? ObjectWriter::AtEndOf(target->client, target->uri, (*found)->object)
          : ObjectWriter::New(target->client, target->uri);
  SetStatus(status, writer.status());
  if (!writer.ok()) {
    return;
  }
  file->plugin_file = new File{path, *std::move(writer), OwnerProcess()};
}

}  // namespace

void AddWriting(TF_WritableFileOps& writable_file_ops,
                TF_FilesystemOps& filesystem_ops) {
  writable_file_ops.cleanup = Cleanup;
  writable_file_ops.append = Append;
  writable_file_ops.tell = Tell;
  writable_file_ops.flush = Releasing<Flush>::Call;
  writable_file_ops.sync = Releasing<Sync>::Call;
  writable_file_ops.close = Releasing<Close>::Call;
  filesystem_ops.new_writable_file = Releasing<NewWritableFile>::Call;
  filesystem_ops.new_appendable_file = Releasing<NewAppendableFile>::Call;
}

}  // namespace s3
}  // namespace tfs3
