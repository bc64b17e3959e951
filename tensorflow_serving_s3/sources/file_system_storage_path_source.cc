// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/log/absl_check.h"
#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/sources/completeness.h"
#include "tensorflow_serving_s3/sources/servable_poller.h"

namespace tfs3 {
namespace {

using Config = FileSystemStoragePathSource::Config;

// Whether the path does not depend on the working directory.
bool IsAbsolute(absl::string_view path) {
  absl::string_view scheme, host, rest;
  tensorflow::io::ParseURI(path, &scheme, &host, &rest);
  return !scheme.empty() || absl::StartsWith(path, "/");
}

using ServablesByName =
    std::map<absl::string_view, const ServablePoller::ServableToMonitor*>;

ServablesByName ByName(const Config& config) {
  ServablesByName servables;
  for (const auto& servable : config.servables()) {
    servables.emplace(servable.servable_name(), &servable);
  }
  return servables;
}

// Whether all servables are polled in the same way.
bool HaveSamePolling(const Config& a, const Config& b) {
  return a.file_system_poll_wait_seconds() ==
             b.file_system_poll_wait_seconds() &&
         a.servable_versions_always_present() ==
             b.servable_versions_always_present();
}

}  // namespace

FileSystemStoragePathSource::Servable::Servable(
    const ServablePoller::ServableToMonitor& servable,
    ServablePoller::Options options)
    : name(servable.servable_name()),
      base_path(servable.base_path()),
      poller(servable, options),
      has_aspired(options.has_aspired),
      poll_status(absl::UnavailableError(
          absl::StrCat("The base path of ", name, ", ", servable.base_path(),
                       ", was not polled yet"))) {}

absl::Status FileSystemStoragePathSource::Validate(const Config& config) {
  std::set<std::string> names;
  for (const auto& servable : config.servables()) {
    if (servable.servable_name().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("The servable with base path \"", servable.base_path(),
                       "\" has no name; give it one"));
    }
    if (servable.base_path().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("The servable ", servable.servable_name(),
                       " has no base path; give it one, such as s3://BUCKET/",
                       servable.servable_name()));
    }
    if (!IsAbsolute(servable.base_path())) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The servable ", servable.servable_name(),
          " has the relative base path \"", servable.base_path(),
          "\"; give a URL, such as s3://BUCKET/", servable.servable_name(),
          ", or a path that starts with /"));
    }
    if (!names.insert(servable.servable_name()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("Two servables have the name ", servable.servable_name(),
                       "; rename one of them"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>>
FileSystemStoragePathSource::Create(const Config& config) {
  return Create(config, Options());
}

absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>>
FileSystemStoragePathSource::Create(const Config& config, Options options) {
  if (options.completeness == nullptr) {
    options.completeness = [env = options.env](const StoragePath& path) {
      return CheckSavedModelComplete(env, path);
    };
  }
  std::unique_ptr<FileSystemStoragePathSource> source(
      new FileSystemStoragePathSource(std::move(options)));
  const absl::Status status = source->UpdateConfig(config);
  if (!status.ok()) {
    return status;
  }
  return source;
}

FileSystemStoragePathSource::FileSystemStoragePathSource(Options options)
    : options_(std::move(options)), pool_(options_.num_poll_threads) {}

FileSystemStoragePathSource::~FileSystemStoragePathSource() { pool_.Stop(); }

absl::Status FileSystemStoragePathSource::UpdateConfig(const Config& config) {
  const absl::Status status = Validate(config);
  if (!status.ok()) {
    return status;
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const bool fail_if_zero_versions = config.fail_if_zero_versions_at_startup();
#pragma GCC diagnostic pop
  if (fail_if_zero_versions) {
    ABSL_LOG(WARNING)
        << "fail_if_zero_versions_at_startup is deprecated and has no effect: "
           "a servable without versions waits for its first one, and its "
           "status says so";
  }
  std::lock_guard<std::mutex> lock(mu_);
  ApplyConfigLocked(config);
  return absl::OkStatus();
}

void FileSystemStoragePathSource::ApplyConfigLocked(const Config& config) {
  poll_wait_seconds_ = config.file_system_poll_wait_seconds();
  ServableMap servables;
  const ServablesByName current = ByName(config_);
  const bool polled_alike = HaveSamePolling(config_, config);
  for (const auto& servable : config.servables()) {
    const std::string& name = servable.servable_name();
    const auto old = servables_.find(name);
    if (old != servables_.end() && polled_alike &&
        current.at(name)->SerializeAsString() == servable.SerializeAsString()) {
      servables.insert(servables_.extract(old));
      continue;
    }
    ServablePoller::Options options;
    options.env = options_.env;
    options.completeness = options_.completeness;
    options.versions_always_present = config.servable_versions_always_present();
    if (old != servables_.end()) {
      std::lock_guard<std::mutex> servable_lock(old->second->mu);
      old->second->retired = true;
      options.has_aspired = old->second->has_aspired;
    }
    const auto made = std::make_shared<Servable>(servable, std::move(options));
    servables.emplace(name, made);
    if (callback_ != nullptr) {
      StartPollingLocked(made);
    }
  }
  for (const auto& [name, servable] : servables_) {
    if (servables.count(name) > 0) {
      continue;  // Replaced above.
    }
    std::lock_guard<std::mutex> servable_lock(servable->mu);
    servable->retired = true;
    if (servable->has_aspired) {
      callback_(name, {});
    }
  }
  servables_ = std::move(servables);
  config_ = config;
}

void FileSystemStoragePathSource::SetAspiredVersionsCallback(
    AspiredVersionsCallback callback) {
  std::lock_guard<std::mutex> lock(mu_);
  ABSL_CHECK(callback_ == nullptr)
      << "The callback of a FileSystemStoragePathSource is set for the second "
         "time";
  callback_ = std::move(callback);
  for (const auto& [name, servable] : servables_) {
    StartPollingLocked(servable);
  }
}

absl::Status FileSystemStoragePathSource::poll_status(
    absl::string_view servable_name) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto servable = servables_.find(servable_name);
  if (servable == servables_.end()) {
    return absl::NotFoundError(
        absl::StrCat("No servable ", servable_name, " is configured"));
  }
  std::lock_guard<std::mutex> servable_lock(servable->second->mu);
  return servable->second->poll_status;
}

bool FileSystemStoragePathSource::HasPolled(
    absl::string_view servable_name) const {
  std::lock_guard<std::mutex> lock(mu_);
  const auto servable = servables_.find(servable_name);
  if (servable == servables_.end()) {
    return false;
  }
  std::lock_guard<std::mutex> servable_lock(servable->second->mu);
  return servable->second->polled;
}

void FileSystemStoragePathSource::StartPollingLocked(
    const std::shared_ptr<Servable>& servable) {
  if (poll_wait_seconds_ < 0) {
    return;
  }
  pool_.Schedule([this, servable] { Poll(servable); });
}

void FileSystemStoragePathSource::Poll(
    const std::shared_ptr<Servable>& servable) {
  {
    std::lock_guard<std::mutex> lock(servable->mu);
    if (servable->retired) {
      return;
    }
  }
  ServablePoller::Outcome outcome = servable->poller.Poll();
  {
    std::lock_guard<std::mutex> lock(servable->mu);
    if (servable->retired) {
      return;
    }
    servable->poll_status = outcome.status;
    if (outcome.found.has_value() && options_.on_found != nullptr) {
      options_.on_found(servable->name, servable->base_path, *outcome.found);
    }
    if (outcome.versions.has_value()) {
      servable->has_aspired = !outcome.versions->empty();
      callback_(servable->name, *std::move(outcome.versions));
    }
    servable->polled = true;
  }
  if (const int64_t wait = poll_wait_seconds_; wait > 0) {
    pool_.ScheduleAfter(absl::Seconds(wait),
                        [this, servable] { Poll(servable); });
  }
}

}  // namespace tfs3
