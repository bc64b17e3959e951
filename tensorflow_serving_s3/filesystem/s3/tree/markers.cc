// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/tree/markers.h"

#include <cstddef>
#include <optional>

#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/list_pages.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

namespace tfs3 {
namespace s3 {
namespace {

// Ignores PERMISSION_DENIED: a caller without s3:ListBucket cannot verify the
// result.
Status IgnorePermissionDenied(const Status& status) {
  return status.code == TF_PERMISSION_DENIED ? Status() : status;
}

// Tests, after the first marker, whether the store keeps markers. Some stores
// store `dir/` as the file `dir`, which prevents files in the directory;
// deletes this file.
Status DetectMarkerSupport(Client& client, const S3Uri& directory) {
  const S3Uri file = WithoutSlash(Inside(directory));
  Result<std::optional<PathInfo>> found = FindPath(client, file);
  if (!found.ok()) {
    return IgnorePermissionDenied(found.status());
  }
  if (!found->has_value()) {
    return {};
  }
  if (!(*found)->is_directory) {
    Result<Contents> contents = ReadContents(client, directory);
    if (!contents.ok()) {
      return IgnorePermissionDenied(contents.status());
    }
    if (!contents->marker && !contents->others && (*found)->object.size == 0) {
      const Status deleted = client.DeleteObject(file);
      if (deleted.ok()) {
        client.set_marker_support(MarkerSupport::kStoredAsFiles);
      }
      return deleted;
    }
  }
  client.set_marker_support(MarkerSupport::kKept);
  return {};
}

}  // namespace

S3Uri Inside(const S3Uri& directory) {
  return WithKey(directory, DirectoryPrefix(directory.key));
}

S3Uri WithoutSlash(const S3Uri& uri) {
  const std::string& key = uri.key;
  if (key.size() < 2 || key.back() != '/' || key[key.size() - 2] == '/') {
    return uri;
  }
  return WithKey(uri, key.substr(0, key.size() - 1));
}

Result<Contents> ReadContents(Client& client, const S3Uri& directory) {
  ListRequest request;
  request.max_keys = 2;
  Contents contents;
  const S3Uri inside = Inside(directory);
  const Status status = ForEachPage(
      client, inside, request, [&](const Listing& page) -> Result<bool> {
        for (const ListedObject& object : page.objects) {
          (object.key == inside.key ? contents.marker : contents.others) = true;
        }
        return !contents.others;
      });
  if (!status.ok()) {
    return status;
  }
  return contents;
}

void AddParentMarkers(const Client& client, const std::string& key,
                      const S3Uri& root, std::set<std::string>& markers) {
  if (!client.may_keep_directories()) {
    return;
  }
  size_t slash = root.key.size() - (root.key.back() == '/' ? 1 : 0);
  if (root.key.back() == '/') {
    slash = key.find('/', slash + 1);
  }
  for (; slash != std::string::npos; slash = key.find('/', slash + 1)) {
    markers.insert(key.substr(0, slash + 1));
  }
}

Result<std::vector<DeleteFailure>> DeleteMarkers(
    Client& client, const S3Uri& root, const std::set<std::string>& listed,
    const std::set<std::string>& markers) {
  Result<std::vector<DeleteFailure>> left = client.DeleteObjects(
      root, {markers.rbegin(), markers.rend()}, /*retry_keys=*/false);
  if (!left.ok()) {
    return left;
  }
  std::vector<std::string> again;
  for (const DeleteFailure& object : *left) {
    if (listed.count(object.key) > 0) {
      again.push_back(object.key);
    }
  }
  return client.DeleteObjects(root, again);
}

Status PutMarker(Client& client, const S3Uri& directory) {
  if (client.marker_support() == MarkerSupport::kStoredAsFiles) {
    return {};
  }
  const Status status = client.PutObject(Inside(directory), "").status();
  if (!status.ok() || client.marker_support() == MarkerSupport::kKept ||
      !client.may_keep_directories()) {
    return status;
  }
  return DetectMarkerSupport(client, directory);
}

}  // namespace s3
}  // namespace tfs3
