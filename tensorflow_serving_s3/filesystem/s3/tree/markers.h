// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Markers: empty objects whose keys end in a slash, which stand for
// directories.
//
//   Status status = PutMarker(client, directory);
//   Result<Contents> contents = ReadContents(client, directory);
//
// Stores differ: AWS keeps markers like other objects. Some stores keep real
// directories, some store the marker `dir/` as the file `dir`. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_MARKERS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_MARKERS_H_

#include <set>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/client/write_messages.h"

namespace tfs3 {
namespace s3 {

// Returns the prefix of the keys in a directory, which is also the key of its
// marker.
S3Uri Inside(const S3Uri& directory);

// Removes the slash at the end of the path, unless the key would then be empty
// or end in another slash.
S3Uri WithoutSlash(const S3Uri& uri);

inline bool IsMarker(const std::string& key) { return key.back() == '/'; }

struct Contents {
  bool marker = false;  // The marker of the directory itself.
  bool others = false;  // Other objects.
};

// Returns what a directory contains. Reads no more than necessary.
Result<Contents> ReadContents(Client& client, const S3Uri& directory);

// Creates the marker of a directory. On a store without markers, the directory
// exists with the first file in it.
Status PutMarker(Client& client, const S3Uri& directory);

// Adds the markers of the directories between `root` and the key. A store with
// real directories also keeps directories without a marker, and deletes them
// with the key of the marker; for other stores the key does not exist. Omits
// the marker of a `root` whose key ends in a slash: a file has its name, and
// such a store could delete the file.
void AddParentMarkers(const Client& client, const std::string& key,
                      const S3Uri& root, std::set<std::string>& markers);

// Deletes markers, including the markers of AddParentMarkers, the deepest
// first: a store with real directories deletes only empty ones. Returns the
// failed markers among `listed`; the others may not exist.
Result<std::vector<DeleteFailure>> DeleteMarkers(
    Client& client, const S3Uri& root, const std::set<std::string>& listed,
    const std::set<std::string>& markers);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_MARKERS_H_
