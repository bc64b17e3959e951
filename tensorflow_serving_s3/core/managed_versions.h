// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_MANAGED_VERSIONS_H_
#define TENSORFLOW_SERVING_S3_CORE_MANAGED_VERSIONS_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// The versions of a BasicManager, and the replacement of their data.
//
// A version has a current harness. It may have a second one, the replacement:
// the same version number from another path. The replacement loads while the
// current harness serves:
//
//   versions.AddReplacement(replacement);
//   ... load the replacement ...
//   Harness replaced = versions.FinishReplacement(replacement);
//   ... quiesce and unload `replaced`; it is detached ...
//   versions.RemoveDetached(replaced);
//
// This class holds no lock while a harness loads, unloads or is destroyed.
// Thread-safe. But calls that concern the replacement of one version must not
// overlap; the caller serializes them.
class ManagedVersions {
 public:
  using Harness = std::shared_ptr<LoaderHarness>;

  enum class Role {
    kCurrent,
    kReplacement,
    // The version does not have this harness any more: its data was replaced,
    // or it was a replacement that was cancelled during its load. No state is
    // published about it.
    kDetached,
  };

  // The state of a version at one moment.
  struct Snapshot : LoaderHarness::Snapshot {
    // In kError if the replacement could not be loaded.
    std::optional<LoaderHarness::Snapshot> replacement;
  };

  // Adds a version. ALREADY_EXISTS if it is managed.
  absl::Status Add(Harness harness);

  // The current harness. Null if the version is not managed.
  Harness Find(const ServableId& id) const;

  // Null if the version is not managed or has no replacement.
  Harness FindReplacement(const ServableId& id) const;

  // Blocks until the load of the current harness has succeeded, or has failed
  // after all retries. OK if the version is loaded; else its last error,
  // CANCELLED if it was dropped, NOT_FOUND if it is not managed.
  absl::Status WaitUntilLoaded(const ServableId& id) const;

  Role RoleOf(const LoaderHarness& harness) const;

  // Changes the current harness from kNew to kLoadRequested.
  // FAILED_PRECONDITION in any other state, NOT_FOUND if the version is not
  // managed.
  absl::StatusOr<Harness> RequestLoad(const ServableId& id) const;

  // Cancels the load of a version that is not loaded. FAILED_PRECONDITION in
  // any other state, NOT_FOUND if the version is not managed.
  absl::StatusOr<Harness> CancelLoad(const ServableId& id) const;

  // Exchanges the current harness of a version without a replacement.
  void Restart(Harness harness);

  void Remove(const ServableId& id);

  // Adds a replacement to a version in kReady. Drops a replacement in kError.
  // FAILED_PRECONDITION in any other state or beside another replacement,
  // NOT_FOUND if the version is not managed.
  absl::Status AddReplacement(Harness replacement);

  // Makes a loaded replacement the current harness. Returns the harness that
  // was current; it is in kUnloadRequested and detached.
  Harness FinishReplacement(const Harness& replacement);

  // Makes the replacement the current harness of a version whose old data was
  // unloaded.
  void ContinueWithReplacement(const ServableId& id);

  // Removes the replacement from its version and cancels it. If it is loading,
  // it is detached. NOT_FOUND if there is none.
  absl::StatusOr<Harness> CancelReplacement(const ServableId& id);

  // Changes the current harness from kReady to kUnloadRequested, and cancels
  // the replacement as above. FAILED_PRECONDITION in any other state, NOT_FOUND
  // if the version is not managed.
  struct Unload {
    Harness harness;
    Harness cancelled_replacement;  // May be null.
  };
  absl::StatusOr<Unload> RequestUnload(const ServableId& id);

  // Forgets a detached harness that is unloaded or has failed.
  void RemoveDetached(const Harness& harness);

  // The IDs of all versions, in order.
  std::vector<ServableId> List() const;

  // The versions of one servable, in order.
  std::vector<Snapshot> Snapshots(absl::string_view servable_name) const;

  // Wakes WaitUntilLoaded. Call this after a harness has changed its state.
  void NotifyChange() const;

  // Blocks until there are no versions and no detached harnesses, for at most
  // `timeout`. Returns the IDs and states of the harnesses that are left.
  std::vector<std::string> WaitUntilEmpty(absl::Duration timeout) const;

 private:
  struct Version {
    Harness current;
    Harness replacement;  // May be null.
  };

  // Null if the version is not managed.
  Version* FindLocked(const ServableId& id);
  const Version* FindLocked(const ServableId& id) const;
  Harness TakeReplacementLocked(Version& version);

  mutable std::mutex mu_;
  mutable std::condition_variable changed_;
  // Guarded by mu_.
  std::map<std::string, std::map<int64_t, Version>, std::less<>> versions_;
  std::set<Harness> detached_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_MANAGED_VERSIONS_H_
