// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/static_storage_path_source.h"

#include <memory>
#include <utility>

#include "absl/log/absl_check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

absl::StatusOr<std::unique_ptr<StaticStoragePathSource>>
StaticStoragePathSource::Create(Config config) {
  if (config.servable_name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The servable with version path \"", config.version_path,
                     "\" has no name; give it one"));
  }
  if (config.version_path.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The servable ", config.servable_name,
                     " has no version path; give it one, such as s3://BUCKET/",
                     config.servable_name, "/", config.version_num));
  }
  if (config.version_num < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "The servable ", config.servable_name, " has the version ",
        config.version_num, "; give it a version that is not negative"));
  }
  return absl::WrapUnique(new StaticStoragePathSource(std::move(config)));
}

StaticStoragePathSource::StaticStoragePathSource(Config config)
    : config_(std::move(config)) {}

void StaticStoragePathSource::SetAspiredVersionsCallback(
    AspiredVersionsCallback callback) {
  ABSL_CHECK(!connected_) << "The callback of a StaticStoragePathSource is set "
                             "for the second time";
  connected_ = true;
  callback(config_.servable_name,
           {ServableData<StoragePath>(
               ServableId{config_.servable_name, config_.version_num},
               config_.version_path)});
}

}  // namespace tfs3
