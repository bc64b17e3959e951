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

// Looks into the base path of one servable and tells which versions to aspire
// to; remembers between polls what need not be asked again.
//
//   ServablePoller poller(servable, options);
//   ServablePoller::Outcome outcome = poller.Poll();
//   if (outcome.versions.has_value()) callback(name, *outcome.versions);
//
// A poll is one listing of the base path. A version that is wanted and not yet
// known to be whole costs a completeness check besides; a version once found
// whole is not checked again while it is there.
//
// Which versions are wanted, by the policy of the servable:
//  - latest: the newest N (0 means 1) that are whole;
//  - all: every one;
//  - specific: those listed.
// A version that is not whole is not among them. It is passed on as awaited, so
// that its state can be seen, if it is newer than every whole one (latest) or
// wanted by name or by `all`; a file with a number as its name likewise, as an
// error.
//
// What changes is logged once; an error that stays, once a minute. Not
// thread-safe: one poll at a time.
class ServablePoller {
 public:
  using ServableToMonitor =
      tensorflow::serving::FileSystemStoragePathSourceConfig::ServableToMonitor;

  struct Options {
    tensorflow::Env* env;
    CompletenessCheck completeness;
    // Whether a servable that had versions keeps them when a listing shows
    // none; otherwise they are given up.
    bool versions_always_present = false;
    // Whether it had versions before the first poll of this poller.
    bool has_aspired = false;
  };

  struct Outcome {
    // OK, or what is wrong with the servable as a whole. The message names the
    // servable, its path and the cause.
    absl::Status status;
    // The numbers of all versions that are there, whole or not; nothing if the
    // base path could not be listed.
    std::optional<std::set<int64_t>> found;
    // What to aspire to from now on. Nothing: as before.
    std::optional<std::vector<ServableData<StoragePath>>> versions;
  };

  ServablePoller(ServableToMonitor servable, Options options);

  Outcome Poll();

 private:
  using Versions = std::vector<ServableData<StoragePath>>;

  // Fills in `found`.
  absl::StatusOr<VersionListing> List(std::optional<std::set<int64_t>>& found);
  absl::StatusOr<Outcome> Choose(const VersionListing& listing);
  Outcome HandleNoVersions(const VersionListing& listing);
  // The version if it is whole; awaited or an error if it is not.
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

  // The names of the versions that were found whole and are still there.
  std::set<std::string> complete_;
  bool has_aspired_;

  // What was logged last.
  absl::Status logged_status_;
  absl::Time logged_status_time_ = absl::InfinitePast();
  std::string logged_versions_;
  std::vector<std::string> logged_problems_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_SERVABLE_POLLER_H_
