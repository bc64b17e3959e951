// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_SOURCE_VERSIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_SOURCE_VERSIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

// Records two sets of versions for each model: the versions in its base path,
// and the aspired versions, which the server should serve.
//
//   SourceVersions versions;
//   versions.SetFound("half", "s3://bucket/half", {1, 2});
//   versions.SetAspired("half", aspired);
//   versions.Vanished("half");
//
// Thread-safe.
class SourceVersions {
 public:
  void SetFound(const std::string& model, const std::string& base_path,
                const std::set<int64_t>& versions);
  void SetAspired(absl::string_view model,
                  std::vector<ServableData<StoragePath>> versions);

  // Forgets all models except `models`.
  void RemoveOthers(const std::set<std::string, std::less<>>& models);

  // Returns the versions of the last poll; nullopt if no poll could list them.
  std::optional<std::set<int64_t>> Found(absl::string_view model) const;

  // Returns the versions that earlier polls found in the same base path, but
  // the last poll did not, and that are not aspired.
  std::set<int64_t> Vanished(absl::string_view model) const;

  std::vector<ServableData<StoragePath>> Aspired(absl::string_view model) const;
  std::set<int64_t> AspiredNumbers(absl::string_view model) const;

 private:
  struct FoundVersions {
    std::string base_path;
    std::set<int64_t> present;
    std::set<int64_t> vanished;
  };

  mutable std::mutex mu_;
  // Guarded by mu_.
  std::map<std::string, FoundVersions, std::less<>> found_;
  std::map<std::string, std::vector<ServableData<StoragePath>>, std::less<>>
      aspired_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_SOURCE_VERSIONS_H_
