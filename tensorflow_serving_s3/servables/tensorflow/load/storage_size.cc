// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/storage_size.h"

#include <vector>

#include "absl/status/status.h"
#include "tensorflow/core/platform/file_statistics.h"
#include "tensorflow/core/platform/path.h"

namespace tfs3 {

absl::StatusOr<uint64_t> TotalFileBytes(tensorflow::Env* env,
                                        const std::string& folder) {
  uint64_t bytes = 0;
  std::vector<std::string> folders = {folder};
  while (!folders.empty()) {
    const std::string parent = std::move(folders.back());
    folders.pop_back();
    std::vector<std::string> children;
    if (absl::Status status = env->GetChildren(parent, &children);
        !status.ok()) {
      return status;
    }
    for (const std::string& child : children) {
      std::string path = tensorflow::io::JoinPath(parent, child);
      tensorflow::FileStatistics statistics;
      if (absl::Status status = env->Stat(path, &statistics); !status.ok()) {
        return status;
      }
      if (statistics.is_directory) {
        folders.push_back(std::move(path));
      } else {
        bytes += static_cast<uint64_t>(statistics.length);
      }
    }
  }
  return bytes;
}

}  // namespace tfs3
