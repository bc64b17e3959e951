// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

#include <algorithm>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/list_pages.h"

namespace tfs3 {
namespace s3 {
namespace {

// Keys are sorted by their bytes: `key` comes first, but `key-old` and
// `key.txt` come before `key/`. One request covers this number of such keys.
constexpr int kSiblings = 32;

PathInfo Directory() {
  PathInfo info;
  info.is_directory = true;
  return info;
}

std::optional<PathInfo> Nothing() { return std::nullopt; }

Status NotFound(const S3Uri& uri) {
  return {TF_NOT_FOUND, uri.ToString() +
                            ": this file or directory does not exist in the "
                            "bucket \"" +
                            uri.bucket + "\""};
}

// Finds a bucket, or a directory whose key ends in a slash.
Result<std::optional<PathInfo>> FindDirectory(Client& client,
                                              const S3Uri& uri) {
  ListRequest request;
  request.max_keys = 1;
  bool exists = false;
  const Status status = ForEachPage(
      client, uri, request, [&](const Listing& page) -> Result<bool> {
        exists = !page.objects.empty() || !page.common_prefixes.empty() ||
                 uri.key.empty();
        return !exists;
      });
  if (!status.ok()) {
    return status;
  }
  return exists ? std::optional<PathInfo>(Directory()) : Nothing();
}

Result<std::optional<PathInfo>> FoundObject(Result<ObjectInfo> object) {
  if (!object.ok()) {
    return object.status();
  }
  PathInfo info;
  info.object = *std::move(object);
  return std::optional<PathInfo>(info);
}

// Returns true if the page is sorted, as the pages of S3 are.
bool IsInOrder(const Listing& page) {
  return std::is_sorted(page.objects.begin(), page.objects.end(),
                        [](const ListedObject& a, const ListedObject& b) {
                          return a.key < b.key;
                        });
}

// Finds a file for a caller without s3:ListBucket.
Result<std::optional<PathInfo>> FindByHead(Client& client, const S3Uri& uri,
                                           const Status& denied) {
  Result<ObjectInfo> object = client.HeadObject(uri);
  if (!object.ok()) {
    // The path may be a directory.
    const bool unknown = object.status().code == TF_NOT_FOUND ||
                         object.status().code == TF_PERMISSION_DENIED;
    return unknown ? denied : object.status();
  }
  return FoundObject(object);
}

// The lists of a directory bucket are not sorted: the first page may not have
// the file.
Result<std::optional<PathInfo>> FindInDirectoryBucket(Client& client,
                                                      const S3Uri& uri) {
  Result<ObjectInfo> object = client.HeadObject(uri);
  if (object.ok()) {
    PathInfo info;
    info.object = *object;
    return std::optional<PathInfo>(info);
  }
  if (object.status().code != TF_NOT_FOUND) {
    return object.status();
  }
  return FindDirectory(client, WithKey(uri, DirectoryPrefix(uri.key)));
}

}  // namespace

Result<std::optional<PathInfo>> FindPath(Client& client, const S3Uri& uri) {
  if (uri.key.empty() || uri.key.back() == '/') {
    return FindDirectory(client, uri);
  }
  if (IsDirectoryBucket(uri.bucket)) {
    return FindInDirectoryBucket(client, uri);
  }
  ListRequest request;
  request.delimit = true;
  request.max_keys = kSiblings;
  Result<Listing> page = client.ListObjects(uri, request);
  if (!page.ok()) {
    if (page.status().code != TF_PERMISSION_DENIED) {
      return page.status();
    }
    return FindByHead(client, uri, page.status());
  }
  for (const ListedObject& object : page->objects) {
    if (object.key != uri.key) {
      continue;
    }
    return FoundObject(object.has_size ? object.info : client.HeadObject(uri));
  }
  // If the store does not sort its pages, or sends short pages, the file may be
  // on another page.
  if (page->truncated &&
      (page->objects.size() + page->common_prefixes.size() < kSiblings ||
       !IsInOrder(*page))) {
    Result<ObjectInfo> object = client.HeadObject(uri);
    if (object.ok() || object.status().code != TF_NOT_FOUND) {
      return FoundObject(object);
    }
  }
  const std::string inside = DirectoryPrefix(uri.key);
  for (const std::string& prefix : page->common_prefixes) {
    if (prefix == inside) {
      return std::optional<PathInfo>(Directory());
    }
  }
  if (!page->truncated) {
    return Nothing();
  }
  return FindDirectory(client, WithKey(uri, inside));
}

Result<PathInfo> StatPath(Client& client, const S3Uri& uri) {
  Result<std::optional<PathInfo>> found = FindPath(client, uri);
  if (!found.ok()) {
    return found.status();
  }
  if (!found->has_value()) {
    return NotFound(uri);
  }
  return **found;
}

Result<std::vector<std::string>> ListChildren(Client& client,
                                              const S3Uri& uri) {
  const S3Uri inside = WithKey(uri, DirectoryPrefix(uri.key));
  const size_t prefix_size = inside.key.size();
  std::vector<std::string> names;
  bool exists = inside.key.empty();
  ListRequest request;
  request.delimit = true;
  const Status status = ForEachPage(
      client, inside, request, [&](const Listing& page) -> Result<bool> {
        for (const ListedObject& object : page.objects) {
          exists = true;
          // Skip the marker of the directory itself.
          if (object.key.size() > prefix_size) {
            names.push_back(object.key.substr(prefix_size));
          }
        }
        for (const std::string& prefix : page.common_prefixes) {
          exists = true;
          // Skip a child with an empty name (two adjacent slashes): it has no
          // path.
          if (prefix.size() > prefix_size + 1) {
            names.push_back(
                prefix.substr(prefix_size, prefix.size() - prefix_size - 1));
          }
        }
        return true;
      });
  if (!status.ok()) {
    return status;
  }
  if (!exists) {
    return NotFound(inside);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace s3
}  // namespace tfs3
