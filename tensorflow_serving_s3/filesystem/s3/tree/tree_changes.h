// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Creates, moves and deletes files and directories, as object_tree.h defines
// them.
//
//   Status status = RenamePath(client, from, to);
//
// Error codes, as of TensorFlow's local file system:
//   NOT_FOUND            the path does not exist
//   ALREADY_EXISTS       CreateDirectory: the path exists
//   FAILED_PRECONDITION  a directory instead of a file, a file instead of a
//                        directory, a directory that is not empty
//
// S3 cannot change two keys atomically: other clients see intermediate states
// while a directory is renamed or deleted, and nothing synchronises two clients
// that change the same path. Thread-safe.
//
// A path with a slash at its end is the directory of this name, or otherwise
// the file without the slash.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_TREE_CHANGES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_TREE_CHANGES_H_

#include <cstdint>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// Creates a marker: an empty object whose key ends in a slash. Its key makes
// the directories above exist too. Does nothing if the store treats markers as
// files; the first marker of a process tests this, except on AWS.
Status CreateDirectory(Client& client, const S3Uri& uri);

// Like CreateDirectory, but returns OK if the directory exists.
Status EnsureDirectory(Client& client, const S3Uri& uri);

Status DeleteFile(Client& client, const S3Uri& uri);

// Deletes an empty directory.
Status DeleteDirectory(Client& client, const S3Uri& uri);

struct DeleteFailureCounts {
  uint64_t files = 0;
  uint64_t directories = 0;
};

// Deletes a file or a directory with its content, 1000 keys per request.
// Continues after keys that it cannot delete; the error has their number and
// the reason of the first. FAILED_PRECONDITION for a whole bucket.
Status DeleteTree(Client& client, const S3Uri& uri,
                  DeleteFailureCounts& failures);

// Moves a file, replacing an existing file, or a directory, replacing an empty
// one. Copies on the store, then deletes the source. Deletes the copies if not
// all of a directory could be copied.
Status RenamePath(Client& client, const S3Uri& from, const S3Uri& to);

// Copies a file on the store, replacing an existing file.
Status CopyFile(Client& client, const S3Uri& from, const S3Uri& to);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_TREE_CHANGES_H_
