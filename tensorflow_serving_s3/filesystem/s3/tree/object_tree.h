// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Maps the keys of S3 to files and directories:
//
//   - An object is a file.
//   - The part of a key before a slash is a directory. So is an object whose
//     key ends in a slash (a marker, as web consoles create it).
//   - A bucket is a directory, even if it is empty.
//   - If "a" and "a/b" are objects, StatPath returns the file "a", and
//     ListChildren returns "a" once.
//
//   Result<PathInfo> info = StatPath(client, uri);
//   Result<std::vector<std::string>> names = ListChildren(client, uri);
//
// Thread-safe. Each result describes the time of its request.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_OBJECT_TREE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_OBJECT_TREE_H_

#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

struct PathInfo {
  bool is_directory = false;
  ObjectInfo object;  // Only for a file.
};

// Finds a file or directory. NOT_FOUND: there is neither. Sends
//   - one list request, or two if many keys sort between `key` and `key/`;
//   - without the right to list: a HEAD too, which finds only files;
//   - in a directory bucket, whose lists are not sorted: a HEAD, and a list
//     request if the HEAD finds nothing.
Result<PathInfo> StatPath(Client& client, const S3Uri& uri);

// Like StatPath, but returns nullopt if there is neither. A missing bucket is
// an error.
Result<std::optional<PathInfo>> FindPath(Client& client, const S3Uri& uri);

// Returns the sorted names of the files and directories in a directory, without
// slashes. Sends one list request for 1000 names. NOT_FOUND: the directory does
// not exist, or the path is a file (to distinguish these, each poll of a
// missing path would need a second request).
Result<std::vector<std::string>> ListChildren(Client& client, const S3Uri& uri);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_OBJECT_TREE_H_
