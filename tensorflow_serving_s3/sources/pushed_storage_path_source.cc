// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/pushed_storage_path_source.h"

#include <cstdint>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace tfs3 {
namespace {

// As for the models of a configuration: access logs and metrics repeat names.
constexpr size_t kMaxNameBytes = 512;
constexpr size_t kMaxPathBytes = 8192;

// Escapes and shortens a text for a message.
std::string Shown(absl::string_view text) {
  constexpr size_t kShownBytes = 64;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kShownBytes)),
                      text.size() > kShownBytes ? "...\"" : "\"");
}

absl::Status CheckName(absl::string_view name) {
  if (name.empty()) {
    return absl::InvalidArgumentError(
        "the name of a servable is empty; use the name that requests use");
  }
  if (name.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name ", Shown(name), " has ", name.size(),
                     " bytes; a name has at most ", kMaxNameBytes));
  }
  for (const absl::string_view segment : absl::StrSplit(name, '/')) {
    if (segment == "." || segment == "..") {
      return absl::InvalidArgumentError(
          absl::StrCat("the name ", Shown(name),
                       " has \".\" or \"..\" as a path segment, which HTTP "
                       "clients remove from URLs; choose another name"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPath(absl::string_view path) {
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "has no path; give the folder of its SavedModel, such as "
        "s3://bucket/model/7");
  }
  if (path.size() > kMaxPathBytes) {
    return absl::InvalidArgumentError(absl::StrCat("has a path of ",
                                                   path.size(),
                                                   " bytes; a path has at "
                                                   "most ",
                                                   kMaxPathBytes));
  }
  if (absl::StrContains(path, absl::string_view("\0", 1))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has the path ", Shown(path), ", which contains a zero byte"));
  }
  if (path[0] != '/' && !absl::StrContains(path, "://")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "has the relative path ", Shown(path),
        "; give a URL, such as s3://bucket/model/7, or an absolute path"));
  }
  return absl::OkStatus();
}

}  // namespace

PushedStoragePathSource::PushedStoragePathSource(Options options)
    : options_(std::move(options)), start_(absl::Now()), last_report_(start_) {}

void PushedStoragePathSource::SetAspiredVersionsCallback(
    AspiredVersionsCallback callback) {
  port_.SetAspiredVersionsCallback(std::move(callback));
}

absl::Status PushedStoragePathSource::Validate(
    const std::string& servable_name,
    const std::vector<ServableData<StoragePath>>& versions) const {
  if (absl::Status status = CheckName(servable_name); !status.ok()) {
    return status;
  }
  if (versions.size() > options_.max_versions) {
    return absl::InvalidArgumentError(absl::StrCat(
        servable_name, " has ", versions.size(),
        " versions, and all of them would be loaded; list only the versions "
        "to serve, at most ",
        options_.max_versions));
  }
  std::set<int64_t> numbers;
  for (const ServableData<StoragePath>& version : versions) {
    const int64_t number = version.id().version;
    if (number < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(servable_name, " has the version ", number,
                       "; a version is not negative"));
    }
    if (!numbers.insert(number).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(servable_name, " has version ", number, " twice"));
    }
    if (!version.ok()) {
      continue;
    }
    if (absl::Status status = CheckPath(version.data()); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          servable_name, " version ", number, " ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status PushedStoragePathSource::Aspire(
    const std::string& servable_name,
    std::vector<ServableData<StoragePath>> versions) {
  if (absl::Status status = Validate(servable_name, versions); !status.ok()) {
    const bool has_name = CheckName(servable_name).ok();
    std::string problem = absl::StrCat(options_.name, ": ", status.message());
    SetProblem(has_name ? servable_name : "", problem);
    return absl::InvalidArgumentError(problem);
  }
  {
    std::lock_guard<std::mutex> lock(send_mu_);
    if (stopped_) {
      return absl::FailedPreconditionError(absl::StrCat(
          options_.name, " has stopped, and sends no versions any more"));
    }
    port_.Send(servable_name, std::move(versions));
  }
  SetProblem(servable_name, "");
  return absl::OkStatus();
}

void PushedStoragePathSource::SetProblem(const std::string& servable_name,
                                         const std::string& problem) {
  bool changed = false;
  {
    std::lock_guard<std::mutex> lock(mu_);
    last_report_ = absl::Now();
    const auto known = problems_.find(servable_name);
    const std::string before = known == problems_.end() ? "" : known->second;
    changed = before != problem;
    if (servable_name.empty() && !has_reported_) {
      has_reported_ = true;
      changed = true;
    }
    if (problem.empty()) {
      problems_.erase(servable_name);
    } else {
      problems_[servable_name] = problem;
    }
  }
  if (!changed) {
    return;
  }
  std::lock_guard<std::mutex> lock(notify_mu_);
  if (on_change_ != nullptr) {
    on_change_();
  }
}

void PushedStoragePathSource::KeepAlive() {
  std::lock_guard<std::mutex> lock(mu_);
  last_report_ = absl::Now();
}

std::map<std::string, std::string> PushedStoragePathSource::problems() const {
  std::lock_guard<std::mutex> lock(mu_);
  std::map<std::string, std::string> problems = problems_;
  if (problems.count("") > 0) {
    return problems;
  }
  const absl::Time now = absl::Now();
  const auto seconds = [now](absl::Time since) {
    return absl::ToInt64Seconds(now - since);
  };
  if (now - last_report_ > options_.max_silence) {
    problems[""] = absl::StrCat(
        options_.name, " has not answered for ", seconds(last_report_),
        " s; the versions that it reported before stay loaded");
  } else if (!has_reported_) {
    problems[""] = absl::StrCat(options_.name,
                                " has not reported its models yet; it started ",
                                seconds(start_), " s ago");
  }
  return problems;
}

void PushedStoragePathSource::OnProblemsChanged(
    std::function<void()> callback) {
  std::lock_guard<std::mutex> lock(notify_mu_);
  on_change_ = std::move(callback);
}

void PushedStoragePathSource::Stop() {
  std::lock_guard<std::mutex> lock(send_mu_);
  stopped_ = true;
}

}  // namespace tfs3
