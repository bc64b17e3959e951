// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_SERVABLE_POLLER_H_
#define TENSORFLOW_SERVING_S3_SOURCES_SERVABLE_POLLER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/config/file_system_storage_path_source.pb.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/sources/completeness.h"
#include "tensorflow_serving_s3/sources/version_listing.h"

namespace tfs3 {

// Lists the base path of one servable and selects the aspired versions. Stores
// results between polls, so that a poll makes few file system calls.
//
//   ServablePoller poller(servable, options);
//   ServablePoller::Outcome outcome = poller.Poll();
//   if (outcome.versions.has_value()) callback(name, *outcome.versions);
//
// A poll is one listing of the base path, and one completeness check for each
// selected version that is not known to be complete. A complete version is not
// checked again while it exists.
//
// The policy of the servable selects versions:
//  - latest: the newest N complete versions (0 means 1);
//  - all: all complete versions;
//  - specific: the listed versions, if they are complete.
// An incomplete version is sent as awaited, so that its state is published, if
// it is newer than all complete versions (latest), or selected (specific, all).
// A file whose name is a number is sent as an error in the same cases.
//
// Changes are logged once. An error that stays is logged once a minute. Not
// thread-safe.
class ServablePoller {
 public:
  using ServableToMonitor =
      tensorflow::serving::FileSystemStoragePathSourceConfig::ServableToMonitor;

  struct Options {
    tensorflow::Env* env;
    CompletenessCheck completeness;
    // Whether a servable keeps its versions when a listing shows none. If
    // false, they are unloaded.
    bool versions_always_present = false;
    // Whether the servable had versions before the first poll of this poller.
    bool has_aspired = false;
  };

  struct Outcome {
    // OK, or an error of the servable. The message names the servable, its path
    // and the cause.
    absl::Status status;
    // The numbers of all versions, complete or not; nothing if the listing
    // failed.
    std::optional<std::set<int64_t>> found;
    // The new list of aspired versions; nothing if it does not change.
    std::optional<std::vector<ServableData<StoragePath>>> versions;
  };

  ServablePoller(ServableToMonitor servable, Options options);

  Outcome Poll();

 private:
  using Versions = std::vector<ServableData<StoragePath>>;

  // Sets `found` if the listing succeeds.
  absl::StatusOr<VersionListing> List(std::optional<std::set<int64_t>>& found);
  absl::StatusOr<Outcome> Choose(const VersionListing& listing);
  Outcome HandleNoVersions(const VersionListing& listing);
  // Returns the version as complete, awaited or an error.
  absl::StatusOr<ServableData<StoragePath>> CheckComplete(
      const VersionListing::Version& version);
  absl::StatusOr<Versions> ChooseLatest(const VersionListing& listing);
  absl::StatusOr<Versions> ChooseAll(
      const std::vector<VersionListing::Version>& wanted);

  ServableId Id(const VersionListing::Version& version) const;
  StoragePath Path(const VersionListing::Version& version) const;
  void LogOutcome(const Outcome& outcome);
  void LogProblems(const std::vector<std::string>& problems);

  const ServableToMonitor servable_;
  const Options options_;

  // The names of the existing versions that are known to be complete.
  std::set<std::string> complete_;
  bool has_aspired_;

  // The last logged messages.
  absl::Status logged_status_;
  absl::Time logged_status_time_ = absl::InfinitePast();
  std::string logged_versions_;
  std::vector<std::string> logged_problems_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_SERVABLE_POLLER_H_
