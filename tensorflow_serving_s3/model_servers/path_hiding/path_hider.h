// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_PATH_HIDING_PATH_HIDER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_PATH_HIDING_PATH_HIDER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tensorflow_serving_s3/core/snapshot_ptr.h"

namespace tfs3 {

// Removes the paths of the server from text for clients (--hide_server_paths).
//
//   PathHider hider;
//   hider.SetKnownPaths({"s3://models/my model"});
//   hider.Hide("s3://models/my model/1/saved_model.pb: 403 AccessDenied");
//       // "[path]: 403 AccessDenied"
//
// A path ends before the next space, quote, comma, semicolon or closing
// bracket. It begins with
//
//  - a known path, which may contain any character
//  - a scheme, such as in s3://bucket/key or http://store:9000
//  - the slash of an absolute local path
//
// A slash within a word does not begin a path: "model/dense:0",
// "application/json". Thread-safe.
class PathHider {
 public:
  PathHider();

  // Replaces the known paths.
  void SetKnownPaths(std::vector<std::string> paths);

  // Returns `text` with "[path]" in place of each path. Keeps the strings in
  // `keep`, which the client has sent.
  std::string Hide(absl::string_view text,
                   absl::Span<const absl::string_view> keep = {}) const;

 private:
  // Sorted by length, the longest first.
  SnapshotPtr<std::vector<std::string>> known_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_PATH_HIDING_PATH_HIDER_H_
