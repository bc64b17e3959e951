// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/tree/tree_changes.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/http/access_denied.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/list_pages.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/markers.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_copy.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxParallelCopies = 16;

Status IsAFile(const S3Uri& uri) {
  return {TF_FAILED_PRECONDITION,
          uri.ToString() + " is a file, not a directory"};
}

Status IsADirectory(const S3Uri& uri) {
  return {TF_FAILED_PRECONDITION,
          uri.ToString() + " is a directory, not a file"};
}

Status IsNotEmpty(const S3Uri& uri) {
  return {TF_FAILED_PRECONDITION,
          uri.ToString() + " is a directory that is not empty"};
}

Status IsABucket(const S3Uri& uri, const std::string& what) {
  return {TF_FAILED_PRECONDITION,
          uri.ToString() + " is a whole bucket, which cannot be " + what +
              " here: use the tools of the store"};
}

// Like FindPath, but if a path with a slash at its end is not a directory,
// finds the file without the slash, as on the local disk.
Result<std::optional<PathInfo>> FindEither(Client& client, const S3Uri& uri) {
  Result<std::optional<PathInfo>> found = FindPath(client, uri);
  const S3Uri file = WithoutSlash(uri);
  if (!found.ok() || found->has_value() || file.key == uri.key) {
    return found;
  }
  return FindPath(client, file);
}

// Like FindEither, but returns NOT_FOUND if there is neither.
Result<PathInfo> StatEither(Client& client, const S3Uri& uri) {
  Result<std::optional<PathInfo>> found = FindEither(client, uri);
  if (!found.ok()) {
    return found.status();
  }
  if (!found->has_value()) {
    return StatPath(client, uri);
  }
  return **found;
}

// Returns the path of an existing directory without the slash at its end,
// unless a file has this name. See AddParentMarkers.
Result<S3Uri> WithoutSlashUnlessFile(Client& client, const S3Uri& directory) {
  const S3Uri path = WithoutSlash(directory);
  if (path.key == directory.key || !client.may_keep_directories()) {
    return directory;
  }
  Result<std::optional<PathInfo>> found = FindPath(client, path);
  if (!found.ok()) {
    // Ignores PERMISSION_DENIED: the result is only an optimisation.
    if (found.status().code == TF_PERMISSION_DENIED) {
      return directory;
    }
    return found.status();
  }
  return found->has_value() && (*found)->is_directory ? path : directory;
}

// Converts the failures of DeleteObjects to an error of `path`.
Status DeleteFailuresStatus(const S3Uri& path,
                            const std::vector<DeleteFailure>& failures) {
  const DeleteFailure& first = failures.front();
  std::string message =
      path.ToString() + ": " + std::to_string(failures.size()) +
      " objects could not be deleted; the first, " +
      WithKey(path, first.key).ToString() + ": " +
      (first.code.empty() ? "" : first.code + ": ") + first.message;
  if (first.code != "AccessDenied") {
    return {TF_UNAVAILABLE, message};
  }
  return {TF_PERMISSION_DENIED,
          message + "; " +
              AccessDeniedCure(ParseAccessDenied(first.message),
                               "s3:DeleteObject", "")};
}

Status RenameFile(Client& client, const S3Uri& from, const ObjectInfo& info,
                  const S3Uri& to) {
  const Status copied = CopyWholeObject(client, from, info, to);
  return copied.ok() ? client.DeleteObject(from) : copied;
}

// Deletes the objects with these keys, all of them in the directory.
Status DeleteKeys(Client& client, const S3Uri& directory,
                  const std::vector<std::string>& keys) {
  std::vector<std::string> files;
  std::set<std::string> listed;
  std::set<std::string> markers;
  for (const std::string& key : keys) {
    AddParentMarkers(client, key, directory, markers);
    if (IsMarker(key)) {
      listed.insert(key);
      markers.insert(key);
    } else {
      files.push_back(key);
    }
  }
  Result<std::vector<DeleteFailure>> left =
      client.DeleteObjects(directory, files);
  if (!left.ok()) {
    return left.status();
  }
  if (!left->empty()) {
    return DeleteFailuresStatus(directory, *left);
  }
  left = DeleteMarkers(client, directory, listed, markers);
  if (!left.ok()) {
    return left.status();
  }
  return left->empty() ? Status() : DeleteFailuresStatus(directory, *left);
}

// Returns for each object whether its name is also the name of a directory, as
// of "a" beside "a/b".
std::vector<bool> FindFilesNamedLikeDirectories(
    const std::vector<ListedObject>& objects) {
  std::set<std::string_view> directories;
  for (const ListedObject& object : objects) {
    const std::string_view key = object.key;
    for (size_t slash = key.find('/'); slash != std::string_view::npos;
         slash = key.find('/', slash + 1)) {
      directories.insert(key.substr(0, slash));
    }
  }
  std::vector<bool> twins;
  for (const ListedObject& object : objects) {
    twins.push_back(directories.count(object.key) > 0);
  }
  return twins;
}

// `to_marker`: `to` had a marker before.
Status RenameDirectory(Client& client, const S3Uri& from, const S3Uri& to,
                       bool to_marker) {
  const std::string from_prefix = Inside(from).key;
  const std::string to_prefix = Inside(to).key;
  std::vector<std::string> copied;
  const Status status = ForEachPage(
      client, Inside(from), ListRequest(),
      [&](const Listing& page) -> Result<bool> {
        const size_t before = copied.size();
        for (const ListedObject& object : page.objects) {
          copied.push_back(object.key);
        }
        const auto copy = [&](size_t i) -> Status {
          const std::string& key = copied[before + i];
          ObjectInfo info = page.objects[i].info;
          if (!page.objects[i].has_size) {
            Result<ObjectInfo> object = client.HeadObject(WithKey(from, key));
            if (!object.ok()) {
              return object.status();
            }
            info = *std::move(object);
          }
          const S3Uri target =
              WithKey(to, to_prefix + key.substr(from_prefix.size()));
          // Some stores do not copy markers.
          return IsMarker(key) && info.size == 0
                     ? PutMarker(client, target)
                     : CopyWholeObject(client, WithKey(from, key), info,
                                       target);
        };
        // Copies these first: a store with real directories may lose an object
        // while it creates a directory of the same name.
        const std::vector<bool> twins =
            FindFilesNamedLikeDirectories(page.objects);
        for (size_t i = 0; i < twins.size(); ++i) {
          const Status twin = twins[i] ? copy(i) : Status();
          if (!twin.ok()) {
            return twin;
          }
        }
        return ContinueIfOk(ForEachInParallel(
            page.objects.size(), kMaxParallelCopies,
            [&](size_t i) { return twins[i] ? Status() : copy(i); }));
      });
  if (!status.ok()) {
    for (std::string& key : copied) {
      key = to_prefix + key.substr(from_prefix.size());
    }
    if (to_marker) {
      copied.erase(std::remove(copied.begin(), copied.end(), to_prefix),
                   copied.end());
    }
    // With its slash, the old marker is kept.
    const Status undone =
        DeleteKeys(client, to_marker ? Inside(to) : to, copied);
    if (undone.ok()) {
      return status;
    }
    return {status.code,
            status.message +
                "; some copies could not be deleted again: " + undone.message};
  }
  const Status deleted = DeleteKeys(client, from, copied);
  if (deleted.ok()) {
    return deleted;
  }
  return {deleted.code, to.ToString() +
                            " is complete, but the source still exists and can "
                            "be deleted: " +
                            deleted.message};
}

// Returns the target for a file at `to`, without a slash at its end, as on the
// local disk, or the error if `to` exists.
Result<S3Uri> FileTarget(Client& client, const S3Uri& to) {
  const S3Uri file = WithoutSlash(to);
  if (file.key.empty() || file.key.back() == '/') {
    return IsADirectory(to);
  }
  Result<std::optional<PathInfo>> target = FindPath(client, file);
  if (!target.ok()) {
    return target.status();
  }
  if (!target->has_value()) {
    return file;
  }
  if ((*target)->is_directory) {
    return IsADirectory(to);
  }
  // With a slash, a caller that does not want to replace a file was told that
  // `to` does not exist.
  return file.key == to.key ? Result<S3Uri>(file) : IsAFile(to);
}

}  // namespace

Status CreateDirectory(Client& client, const S3Uri& uri) {
  Result<std::optional<PathInfo>> found = FindPath(client, WithoutSlash(uri));
  if (!found.ok()) {
    return found.status();
  }
  if (found->has_value()) {
    return {TF_ALREADY_EXISTS, uri.ToString() + " already exists"};
  }
  return PutMarker(client, uri);
}

Status EnsureDirectory(Client& client, const S3Uri& uri) {
  Result<std::optional<PathInfo>> found = FindPath(client, WithoutSlash(uri));
  if (!found.ok()) {
    // A caller without s3:ListBucket can still write.
    if (found.status().code != TF_PERMISSION_DENIED) {
      return found.status();
    }
    return PutMarker(client, uri);
  }
  if (!found->has_value()) {
    return PutMarker(client, uri);
  }
  return (*found)->is_directory ? Status() : IsAFile(uri);
}

Status DeleteFile(Client& client, const S3Uri& uri) {
  Result<PathInfo> info = StatEither(client, uri);
  if (!info.ok()) {
    return info.status();
  }
  return info->is_directory ? IsADirectory(uri)
                            : client.DeleteObject(WithoutSlash(uri));
}

Status DeleteDirectory(Client& client, const S3Uri& uri) {
  if (uri.key.empty()) {
    return IsABucket(uri, "deleted");
  }
  Result<Contents> contents = ReadContents(client, uri);
  if (!contents.ok()) {
    return contents.status();
  }
  if (contents->others) {
    return IsNotEmpty(uri);
  }
  if (contents->marker) {
    return client.DeleteObject(Inside(uri));
  }
  Result<PathInfo> info = StatPath(client, uri);
  if (!info.ok()) {
    return info.status();
  }
  // See AddParentMarkers for a directory without a marker.
  return info->is_directory ? client.DeleteObject(Inside(uri)) : IsAFile(uri);
}

Status DeleteTree(Client& client, const S3Uri& given,
                  DeleteFailureCounts& failures) {
  failures = DeleteFailureCounts();
  if (given.key.empty()) {
    failures.directories = 1;
    return IsABucket(given, "emptied");
  }
  Result<PathInfo> info = StatEither(client, given);
  if (!info.ok()) {
    failures.directories = 1;
    return info.status();
  }
  if (!info->is_directory) {
    const Status status = client.DeleteObject(WithoutSlash(given));
    if (!status.ok()) {
      failures.files = 1;
    }
    return status;
  }
  const Result<S3Uri> root = WithoutSlashUnlessFile(client, given);
  if (!root.ok()) {
    failures.directories = 1;
    return root.status();
  }
  const S3Uri& uri = *root;
  Status failure;
  // Records the keys that could not be deleted.
  const auto note =
      [&](const Result<std::vector<DeleteFailure>>& left) -> Status {
    if (!left.ok()) {
      return left.status();
    }
    for (const DeleteFailure& object : *left) {
      ++(IsMarker(object.key) ? failures.directories : failures.files);
    }
    if (failure.ok() && !left->empty()) {
      failure = DeleteFailuresStatus(uri, *left);
    }
    return {};
  };
  std::set<std::string> listed;
  std::set<std::string> markers;
  const auto delete_page = [&](const Listing& page) -> Result<bool> {
    std::vector<std::string> files;
    for (const ListedObject& object : page.objects) {
      AddParentMarkers(client, object.key, uri, markers);
      if (IsMarker(object.key)) {
        listed.insert(object.key);
        markers.insert(object.key);
      } else {
        files.push_back(object.key);
      }
    }
    return ContinueIfOk(note(client.DeleteObjects(uri, files)));
  };
  Status status = ForEachPage(client, Inside(uri), ListRequest(), delete_page);
  if (status.ok()) {
    status = note(DeleteMarkers(client, uri, listed, markers));
  }
  if (status.ok()) {
    return failure;
  }
  ++failures.directories;
  return status;
}

Status RenamePath(Client& client, const S3Uri& from, const S3Uri& to) {
  if (from.key.empty()) {
    return IsABucket(from, "renamed");
  }
  Result<PathInfo> source = StatEither(client, from);
  if (!source.ok()) {
    return source.status();
  }
  const bool same_bucket = from.bucket == to.bucket;
  if (!source->is_directory) {
    const S3Uri file = WithoutSlash(from);
    if (same_bucket && file.key == WithoutSlash(to).key) {
      return {};
    }
    Result<S3Uri> target = FileTarget(client, to);
    if (!target.ok()) {
      return target.status();
    }
    return RenameFile(client, file, source->object, *target);
  }
  if (to.key.empty()) {
    return IsABucket(to, "replaced");
  }
  const std::string from_prefix = Inside(from).key;
  const std::string to_prefix = Inside(to).key;
  if (same_bucket && from_prefix == to_prefix) {
    return {};
  }
  if (same_bucket &&
      to_prefix.compare(0, from_prefix.size(), from_prefix) == 0) {
    return {
        TF_INVALID_ARGUMENT,
        from.ToString() + " cannot be moved into itself, to " + to.ToString()};
  }
  Result<std::optional<PathInfo>> target = FindPath(client, WithoutSlash(to));
  if (!target.ok()) {
    return target.status();
  }
  bool to_marker = false;
  if (target->has_value()) {
    if (!(*target)->is_directory) {
      return IsAFile(to);
    }
    Result<Contents> contents = ReadContents(client, to);
    if (!contents.ok()) {
      return contents.status();
    }
    if (contents->others) {
      return IsNotEmpty(to);
    }
    to_marker = contents->marker;
  }
  Result<S3Uri> root = WithoutSlashUnlessFile(client, from);
  if (!root.ok()) {
    return root.status();
  }
  return RenameDirectory(client, *root, WithoutSlash(to), to_marker);
}

Status CopyFile(Client& client, const S3Uri& from, const S3Uri& to) {
  Result<PathInfo> source = StatEither(client, from);
  if (!source.ok()) {
    return source.status();
  }
  if (source->is_directory) {
    return IsADirectory(from);
  }
  const S3Uri file = WithoutSlash(from);
  if (from.bucket == to.bucket && file.key == WithoutSlash(to).key) {
    return {};
  }
  Result<S3Uri> target = FileTarget(client, to);
  if (!target.ok()) {
    return target.status();
  }
  return CopyWholeObject(client, file, source->object, *target);
}

}  // namespace s3
}  // namespace tfs3
