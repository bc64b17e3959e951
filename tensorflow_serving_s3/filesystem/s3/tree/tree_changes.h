// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files and directories, made, moved and removed (what they are in terms of
// keys is told in object_tree.h).
//
//   Status status = RenamePath(client, from, to);
//
// Error codes are those of TensorFlow's local file system: NOT_FOUND where
// there is nothing, ALREADY_EXISTS, FAILED_PRECONDITION for a directory in
// place of a file, a file in place of a directory, and a directory that is not
// empty. S3 has no step that touches two keys: a client that looks while a
// directory is renamed or removed sees parts of it, and two clients that change
// the same path at the same time are not kept apart. Thread-safe, as the client
// is.
//
// A slash at the end of a path means the directory. Where there is none of that
// name, the slash is left out.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_TREE_CHANGES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_TREE_CHANGES_H_

#include <cstdint>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// Puts a marker, an empty object whose key ends in a slash. The directories
// above need none: its key is in them. Does nothing on a store that takes
// markers for files; that is looked at after the first one in each process,
// unless the store is AWS's.
Status CreateDirectory(Client& client, const S3Uri& uri);

// The same, and OK when the directory is there already.
Status EnsureDirectory(Client& client, const S3Uri& uri);

Status DeleteFile(Client& client, const S3Uri& uri);

// Removes the marker of a directory that has nothing else in it.
Status DeleteDirectory(Client& client, const S3Uri& uri);

struct Undeleted {
  uint64_t files = 0;
  uint64_t directories = 0;
};

// Removes a file, or a directory with all that is in it, 1000 keys by a
// request. Goes on where a key cannot be removed, and says how many those are
// and what happened to the first. A whole bucket is refused.
Status DeleteTree(Client& client, const S3Uri& uri, Undeleted& undeleted);

// Moves a file, in place of one that is there, or a directory, in place of an
// empty one. The store copies; what was there goes when all copies are made.
// Copies of a directory that could not be moved wholly are removed.
Status RenamePath(Client& client, const S3Uri& from, const S3Uri& to);

// Copies a file on the store, in place of one that is there.
Status CopyFile(Client& client, const S3Uri& from, const S3Uri& to);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_TREE_CHANGES_H_
