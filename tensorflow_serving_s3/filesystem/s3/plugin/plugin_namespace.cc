// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_namespace.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tensorflow/c/tf_file_statistics.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/error_notes.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_state.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/python_lock.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/glob.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/tree_changes.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxParallelStats = 16;

Result<PathInfo> StatAt(const TF_Filesystem* filesystem, const char* path) {
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) {
    return target.status();
  }
  return StatPath(*target->client, target->uri);
}

void PathExists(const TF_Filesystem* filesystem, const char* path,
                TF_Status* status) {
  SetStatus(status, StatAt(filesystem, path).status());
}

bool PathsExist(const TF_Filesystem* filesystem, char** paths, int num_files,
                TF_Status** statuses) {
  std::atomic<bool> all{true};
  ForEachInParallel(num_files, kMaxParallelStats, [&](size_t i) {
    const Status status = StatAt(filesystem, paths[i]).status();
    if (!status.ok()) {
      all = false;
    }
    if (statuses != nullptr) {
      SetStatus(statuses[i], status);
    }
    return Status();
  });
  return all;
}

void Stat(const TF_Filesystem* filesystem, const char* path,
          TF_FileStatistics* stats, TF_Status* status) {
  Result<PathInfo> info = StatAt(filesystem, path);
  SetStatus(status, info.status());
  if (!info.ok()) {
    return;
  }
  stats->length = static_cast<int64_t>(info->object.size);
  stats->mtime_nsec = info->object.mtime_nsec;
  stats->is_directory = info->is_directory;
}

bool IsDirectory(const TF_Filesystem* filesystem, const char* path,
                 TF_Status* status) {
  Result<PathInfo> info = StatAt(filesystem, path);
  if (!info.ok()) {
    // tf.io.gfile.isdir returns False for every error, and listdir, walk and
    // others call it first: print the error, unless the path does not exist. A
    // missing bucket may be misspelt.
    const bool is_missing_path =
        info.status().code == TF_NOT_FOUND &&
        info.status().message.find("NoSuchBucket") == std::string::npos;
    if (IsPythonThread() && !is_missing_path) {
      ErrorNotes::OfProcess().Print(info.status());
    }
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
  if (info.ok() && info->is_directory) {
    info = IsADirectory(path);
  }
  SetStatus(status, info.status());
  return info.ok() ? static_cast<int64_t>(info->object.size) : -1;
}

// TensorFlow's default would remove scheme and bucket.
char* TranslateName(const TF_Filesystem*, const char* uri) {
  return CopyForTensorFlow(uri);
}

// Creates an array of strings that TensorFlow frees, and returns its size.
int GiveToTensorFlow(const std::vector<std::string>& names, char*** entries) {
  *entries = static_cast<char**>(std::calloc(names.size() + 1, sizeof(char*)));
  for (size_t i = 0; i < names.size(); ++i) {
    (*entries)[i] = CopyForTensorFlow(names[i]);
  }
  return static_cast<int>(names.size());
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
  if (!names.ok()) {
    return -1;
  }
  return GiveToTensorFlow(*names, entries);
}

int GetMatchingPaths(const TF_Filesystem* filesystem, const char* pattern,
                     char*** entries, TF_Status* status) {
  Result<Target> target = Resolve(filesystem, pattern);
  if (!target.ok()) {
    SetStatus(status, target.status());
    return -1;
  }
  Result<std::vector<std::string>> paths = MatchPaths(*target->client, pattern);
  SetStatus(status, paths.status());
  return paths.ok() ? GiveToTensorFlow(*paths, entries) : -1;
}

template <Status (*change)(Client& client, const S3Uri& uri)>
void Change(const TF_Filesystem* filesystem, const char* path,
            TF_Status* status) {
  Result<Target> target = Resolve(filesystem, path);
  SetStatus(status, target.ok() ? change(*target->client, target->uri)
                                : target.status());
}

template <Status (*move)(Client& client, const S3Uri& from, const S3Uri& to)>
void Move(const TF_Filesystem* filesystem, const char* from, const char* to,
          TF_Status* status) {
  Result<Target> source = Resolve(filesystem, from);
  if (!source.ok()) {
    return SetStatus(status, source.status());
  }
  Result<Target> target = Resolve(filesystem, to);
  SetStatus(status, target.ok()
                        ? move(*source->client, source->uri, target->uri)
                        : target.status());
}

void DeleteRecursively(const TF_Filesystem* filesystem, const char* path,
                       uint64_t* undeleted_files, uint64_t* undeleted_dirs,
                       TF_Status* status) {
  *undeleted_files = 0;
  *undeleted_dirs = 1;
  Result<Target> target = Resolve(filesystem, path);
  if (!target.ok()) {
    return SetStatus(status, target.status());
  }
  DeleteFailureCounts failures;
  SetStatus(status, DeleteTree(*target->client, target->uri, failures));
  *undeleted_files = failures.files;
  *undeleted_dirs = failures.directories;
}

}  // namespace

void AddNamespace(TF_FilesystemOps& filesystem_ops) {
  filesystem_ops.path_exists = Releasing<PathExists>::Call;
  filesystem_ops.paths_exist = Releasing<PathsExist>::Call;
  filesystem_ops.stat = Releasing<Stat>::Call;
  filesystem_ops.is_directory = Releasing<IsDirectory>::Call;
  filesystem_ops.get_file_size = Releasing<GetFileSize>::Call;
  filesystem_ops.translate_name = TranslateName;
  filesystem_ops.get_children = Releasing<GetChildren>::Call;
  filesystem_ops.get_matching_paths = Releasing<GetMatchingPaths>::Call;
  filesystem_ops.create_dir = Releasing<Change<CreateDirectory>>::Call;
  filesystem_ops.recursively_create_dir =
      Releasing<Change<EnsureDirectory>>::Call;
  filesystem_ops.delete_file = Releasing<Change<DeleteFile>>::Call;
  filesystem_ops.delete_dir = Releasing<Change<DeleteDirectory>>::Call;
  filesystem_ops.delete_recursively = Releasing<DeleteRecursively>::Call;
  filesystem_ops.rename_file = Releasing<Move<RenamePath>>::Call;
  filesystem_ops.copy_file = Releasing<Move<CopyFile>>::Call;
}

}  // namespace s3
}  // namespace tfs3
