// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files and directories, made of keys. S3 knows only keys; here
//
//   - an object is a file;
//   - what stands before a slash in some key is a directory, and so is an
//     object whose key ends in a slash (a marker, as consoles make them);
//   - a bucket that can be listed is a directory, also an empty one;
//   - where a key is an object and other keys go on behind a slash after it,
//     the file hides the directory from Stat, and Children names it once.
//
//   Result<PathInfo> info = StatPath(client, uri);
//   Result<std::vector<std::string>> names = ListChildren(client, uri);
//
// Thread-safe, as the client is. Each answer is true at the time of its
// request.
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
  ObjectInfo object;  // Of a file.
};

// One list request; two where many keys stand between `key` and `key/`. Without
// the right to list, a HEAD, which knows files only. In a directory bucket,
// whose lists do not show a file by its name, a HEAD, and a list request where
// that finds nothing. NOT_FOUND when there is
// neither file nor directory.
Result<PathInfo> StatPath(Client& client, const S3Uri& uri);

// The same, without a value when there is neither: so that a bucket that is not
// there, which is an error here as well, is not taken for one that is empty.
Result<std::optional<PathInfo>> FindPath(Client& client, const S3Uri& uri);

// The names of the files and directories directly inside the directory, sorted,
// each once, without slashes. One list request for 1000 of them. NOT_FOUND when
// there is no such directory, also where there is a file: to find that out
// would cost each poll of a path that is not there another request.
Result<std::vector<std::string>> ListChildren(Client& client, const S3Uri& uri);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_OBJECT_TREE_H_
