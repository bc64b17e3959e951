// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/static_manager.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

BasicManager::Options WithoutRetries() {
  BasicManager::Options options;
  options.max_num_load_retries = 0;
  return options;
}

}  // namespace

StaticManager::StaticManager(std::unique_ptr<BasicManager> basic_manager)
    : basic_manager_(std::move(basic_manager)) {}

std::vector<ServableId> StaticManager::ListAvailableServableIds() const {
  return basic_manager_->ListAvailableServableIds();
}

absl::StatusOr<UntypedServableHandle> StaticManager::GetUntypedServableHandle(
    const ServableRequest& request) const {
  return basic_manager_->GetUntypedServableHandle(request);
}

StaticManagerBuilder::StaticManagerBuilder()
    : basic_manager_(std::make_unique<BasicManager>(WithoutRetries())) {}

absl::Status StaticManagerBuilder::NullServable(const ServableId& id) {
  return absl::InvalidArgumentError(
      absl::StrCat(id.DebugString(),
                   " was added to a StaticManagerBuilder as a null pointer; "
                   "pass a servable or a loader"));
}

absl::Status StaticManagerBuilder::AddLoader(const ServableId& id,
                                             std::unique_ptr<Loader> loader) {
  if (loader == nullptr) {
    return NullServable(id);
  }
  const absl::Status status =
      basic_manager_->ManageServable({id, std::move(loader)});
  if (status.ok()) {
    ids_.push_back(id);
  }
  return status;
}

absl::StatusOr<std::unique_ptr<Manager>> StaticManagerBuilder::Build() && {
  for (const ServableId& id : ids_) {
    const absl::Status status = basic_manager_->LoadServable(id);
    if (!status.ok()) {
      return status;
    }
  }
  for (const ServableId& id : ids_) {
    const absl::Status status = basic_manager_->WaitUntilLoaded(id);
    if (!status.ok()) {
      return absl::Status(
          status.code(), absl::StrCat(id.DebugString(),
                                      " cannot be loaded: ", status.message()));
    }
  }
  return std::unique_ptr<Manager>(new StaticManager(std::move(basic_manager_)));
}

}  // namespace tfs3
