// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/servable_poller.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/sources/version_listing.h"

namespace tfs3 {
namespace {

constexpr absl::Duration kRepeatErrorAfter = absl::Minutes(1);

std::string WithoutTrailingSlashes(absl::string_view path) {
  // "/" and "s3://" are not shortened.
  while (path.size() > 1 && !absl::EndsWith(path, "://") &&
         absl::ConsumeSuffix(&path, "/")) {
  }
  return std::string(path);
}

ServablePoller::ServableToMonitor Normalized(
    ServablePoller::ServableToMonitor servable) {
  servable.set_base_path(WithoutTrailingSlashes(servable.base_path()));
  return servable;
}

std::string Numbers(const std::vector<VersionListing::Version>& versions) {
  return absl::StrJoin(
      versions, ", ",
      [](std::string* out, const VersionListing::Version& version) {
        absl::StrAppend(out, version.number);
      });
}

}  // namespace

ServablePoller::ServablePoller(ServableToMonitor servable, Options options)
    : servable_(Normalized(std::move(servable))),
      options_(std::move(options)),
      has_aspired_(options_.has_aspired) {}

ServablePoller::Outcome ServablePoller::Poll() {
  std::optional<std::set<int64_t>> found;
  absl::StatusOr<VersionListing> listing = List(found);
  absl::StatusOr<Outcome> chosen =
      listing.ok() ? Choose(*listing) : listing.status();
  Outcome outcome;
  if (chosen.ok()) {
    outcome = *std::move(chosen);
  } else {
    outcome.status = absl::Status(
        chosen.status().code(),
        absl::StrCat("Looking for versions of ", servable_.servable_name(),
                     " under ", servable_.base_path(),
                     " failed: ", chosen.status().message()));
  }
  outcome.found = std::move(found);
  LogOutcome(outcome);
  if (outcome.versions.has_value()) {
    has_aspired_ = !outcome.versions->empty();
  }
  return outcome;
}

absl::StatusOr<VersionListing> ServablePoller::List(
    std::optional<std::set<int64_t>>& found) {
  std::vector<std::string> children;
  const absl::Status status =
      options_.env->GetChildren(servable_.base_path(), &children);
  if (absl::IsNotFound(status)) {
    found.emplace();
    return absl::NotFoundError(absl::StrCat(
        status.message(), "; check the base path, or put a version there, as ",
        tensorflow::io::JoinPath(servable_.base_path(), "1/saved_model.pb")));
  }
  if (!status.ok()) {
    return status;
  }
  VersionListing listing = ListVersions(children);
  LogProblems(listing.problems);
  found.emplace();
  for (const VersionListing::Version& version : listing.versions) {
    found->insert(version.number);
  }
  return listing;
}

absl::StatusOr<ServablePoller::Outcome> ServablePoller::Choose(
    const VersionListing& listing) {
  // A version that was deleted must be checked again when it reappears.
  std::set<std::string> still_complete;
  for (const VersionListing::Version& version : listing.versions) {
    if (complete_.count(version.name) > 0) {
      still_complete.insert(version.name);
    }
  }
  complete_ = std::move(still_complete);
  if (listing.versions.empty()) {
    return HandleNoVersions(listing);
  }

  const auto& policy = servable_.servable_version_policy();
  if (policy.has_all()) {
    absl::StatusOr<Versions> versions = ChooseAll(listing.versions);
    if (!versions.ok()) {
      return versions.status();
    }
    return Outcome{absl::OkStatus(), std::nullopt, *std::move(versions)};
  }
  if (!policy.has_specific()) {
    absl::StatusOr<Versions> versions = ChooseLatest(listing);
    if (!versions.ok()) {
      return versions.status();
    }
    return Outcome{absl::OkStatus(), std::nullopt, *std::move(versions)};
  }

  std::set<int64_t> missing(policy.specific().versions().begin(),
                            policy.specific().versions().end());
  std::vector<VersionListing::Version> wanted;
  for (const VersionListing::Version& version : listing.versions) {
    if (missing.erase(version.number) > 0) {
      wanted.push_back(version);
    }
  }
  absl::StatusOr<Versions> versions = ChooseAll(wanted);
  if (!versions.ok()) {
    return versions.status();
  }
  Outcome outcome{absl::OkStatus(), std::nullopt, *std::move(versions)};
  if (!missing.empty()) {
    outcome.status = absl::NotFoundError(
        absl::StrCat("Versions of ", servable_.servable_name(),
                     " that its version policy asks for are not under ",
                     servable_.base_path(), ": ", absl::StrJoin(missing, ", "),
                     "; there are: ", Numbers(listing.versions)));
  }
  if (wanted.empty() && has_aspired_ && options_.versions_always_present) {
    outcome.versions.reset();
  }
  return outcome;
}

ServablePoller::Outcome ServablePoller::HandleNoVersions(
    const VersionListing& listing) {
  std::string message = absl::StrCat(
      "No versions of ", servable_.servable_name(), " found under ",
      servable_.base_path(),
      "; a version is a folder in it whose name is a number, such as ",
      tensorflow::io::JoinPath(servable_.base_path(), "1"));
  for (const std::string& problem : listing.problems) {
    absl::StrAppend(&message, "; ", problem);
  }
  const bool keep = has_aspired_ && options_.versions_always_present;
  if (keep) {
    absl::StrAppend(&message,
                    "; the versions that were there stay loaded, because of "
                    "servable_versions_always_present");
  }
  Outcome outcome{absl::NotFoundError(message), std::nullopt, std::nullopt};
  if (!keep) {
    outcome.versions.emplace();
  }
  return outcome;
}

absl::StatusOr<ServableData<StoragePath>> ServablePoller::CheckComplete(
    const VersionListing::Version& version) {
  using Data = ServableData<StoragePath>;
  if (complete_.count(version.name) == 0) {
    absl::Status status = options_.completeness(Path(version));
    if (absl::IsFailedPrecondition(status)) {
      return Data::Awaited(Id(version), std::move(status));
    }
    if (absl::IsInvalidArgument(status)) {
      return Data(Id(version), std::move(status));
    }
    if (!status.ok()) {
      return status;
    }
    complete_.insert(version.name);
  }
  return Data(Id(version), Path(version));
}

absl::StatusOr<ServablePoller::Versions> ServablePoller::ChooseLatest(
    const VersionListing& listing) {
  const size_t num_wanted =
      std::max(1u, servable_.servable_version_policy().latest().num_versions());
  Versions chosen;
  size_t num_complete = 0;
  for (const VersionListing::Version& version : listing.versions) {
    if (num_complete == num_wanted) {
      break;
    }
    absl::StatusOr<ServableData<StoragePath>> checked = CheckComplete(version);
    if (!checked.ok()) {
      return checked.status();
    }
    if (checked->ok()) {
      ++num_complete;
    } else if (num_complete > 0) {
      continue;
    }
    chosen.push_back(*std::move(checked));
  }
  return chosen;
}

absl::StatusOr<ServablePoller::Versions> ServablePoller::ChooseAll(
    const std::vector<VersionListing::Version>& wanted) {
  Versions chosen;
  for (const VersionListing::Version& version : wanted) {
    absl::StatusOr<ServableData<StoragePath>> checked = CheckComplete(version);
    if (!checked.ok()) {
      return checked.status();
    }
    chosen.push_back(*std::move(checked));
  }
  return chosen;
}

ServableId ServablePoller::Id(const VersionListing::Version& version) const {
  return {servable_.servable_name(), version.number};
}

StoragePath ServablePoller::Path(const VersionListing::Version& version) const {
  return tensorflow::io::JoinPath(servable_.base_path(), version.name);
}

void ServablePoller::LogOutcome(const Outcome& outcome) {
  const absl::Time now = absl::Now();
  const bool changed = outcome.status != logged_status_;
  if (!outcome.status.ok() &&
      (changed || now - logged_status_time_ >= kRepeatErrorAfter)) {
    ABSL_LOG(ERROR) << outcome.status.message() << " ("
                    << absl::StatusCodeToString(outcome.status.code()) << ")";
    logged_status_time_ = now;
  }
  const bool recovered = changed && outcome.status.ok();
  logged_status_ = outcome.status;
  if (!outcome.versions.has_value() || outcome.versions->empty()) {
    return;
  }

  std::vector<int64_t> complete;
  std::vector<int64_t> awaited;
  std::vector<int64_t> broken;
  for (const ServableData<StoragePath>& version : *outcome.versions) {
    (version.ok()           ? complete
     : version.is_awaited() ? awaited
                            : broken)
        .push_back(version.id().version);
  }
  const size_t num_found =
      outcome.found.has_value() ? outcome.found->size() : 0;
  const std::string versions = absl::StrCat(
      "Found ", num_found, num_found == 1 ? " version" : " versions", " of ",
      servable_.servable_name(), " under ", servable_.base_path(),
      ", aspiring to: ",
      complete.empty() ? "none" : absl::StrJoin(complete, ", "),
      awaited.empty() ? "" : "; not complete: ", absl::StrJoin(awaited, ", "),
      broken.empty() ? "" : "; files, not versions: ",
      absl::StrJoin(broken, ", "));
  if (versions != logged_versions_ || recovered) {
    ABSL_LOG(INFO) << versions;
    logged_versions_ = versions;
  }
}

void ServablePoller::LogProblems(const std::vector<std::string>& problems) {
  if (problems == logged_problems_) {
    return;
  }
  for (const std::string& problem : problems) {
    ABSL_LOG(ERROR) << servable_.servable_name() << " under "
                    << servable_.base_path() << ": " << problem;
  }
  logged_problems_ = problems;
}

}  // namespace tfs3
