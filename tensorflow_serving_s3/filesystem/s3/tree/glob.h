// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Paths that match a pattern, as TensorFlow understands one: `*`, `?` and
// `[...]` stand for characters other than a slash, and a backslash takes the
// meaning from the character after it.
//
//   Result<std::vector<std::string>> paths =
//       MatchPaths(client, "s3://models/half/*/saved_model.*");
//
// One level of directories is listed at a time, with what stands before its
// first special character as the prefix: one request for each directory that
// matched so far and 1000 names in it. Thread-safe, as the client is.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_GLOB_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_GLOB_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// Files and directories, sorted, as URLs without a slash at the end. None is no
// error; a bucket that is not there is. The bucket is taken literally.
Result<std::vector<std::string>> MatchPaths(Client& client,
                                            const std::string& pattern);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_GLOB_H_
