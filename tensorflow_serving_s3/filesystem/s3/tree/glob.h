// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Finds paths that match a pattern in TensorFlow's syntax: `*`, `?` and `[...]`
// match characters other than a slash, and a backslash escapes the next
// character.
//
//   Result<std::vector<std::string>> paths =
//       MatchPaths(client, "s3://models/half/*/saved_model.*");
//
// Lists one level of directories at a time, with the text before the first
// special character as the prefix: one request for each matched directory and
// 1000 names in it. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_GLOB_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_GLOB_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// Returns the sorted URLs of files and directories, without a slash at the end.
// The bucket is literal. A missing bucket is an error; no match is not.
Result<std::vector<std::string>> MatchPaths(Client& client,
                                            const std::string& pattern);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_GLOB_H_
