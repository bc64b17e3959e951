// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_FILE_SYSTEM_STORAGE_PATH_SOURCE_H_
#define TENSORFLOW_SERVING_S3_SOURCES_FILE_SYSTEM_STORAGE_PATH_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/config/file_system_storage_path_source.pb.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/sources/completeness.h"
#include "tensorflow_serving_s3/sources/servable_poller.h"

namespace tfs3 {

// Finds the versions of servables in a file system: the folders with a number
// as name under each servable's base path. Looks again every
// `file_system_poll_wait_seconds`.
//
//   auto source = FileSystemStoragePathSource::Create(config);
//   ConnectSourceToTarget(source->get(), &adapter);
//
// The configuration is TensorFlow Serving's, with the same meaning:
// file_system_poll_wait_seconds > 0 is the pause between two polls of a
// servable; 0 polls once, negative never polls.
// servable_versions_always_present keeps the versions of a servable when none
// is found any more. fail_if_zero_versions_at_startup is deprecated there and
// has no effect here, but for a warning: a servable without versions waits for
// its first one.
//
// Promises:
//  - The first poll is at once when the callback is set, and when
//    UpdateConfig brings a servable that is new or changed.
//  - Servables are polled independently, on up to `num_poll_threads` threads.
//    An error of one changes nothing for the others. A file system call that
//    hangs takes one of the threads until it ends. Of more servables than
//    threads, the one that has been due longest comes first; a poll that is
//    late is not made up for.
//  - While a poll of a servable fails, nothing is sent for it, so its loaded
//    versions stay. The error is logged and can be had from poll_status.
//  - See ServablePoller for what a poll costs and which versions are chosen,
//    and completeness.h for the versions that are still being uploaded.
// Thread-safe. The destructor waits for the file system calls that are
// running; it drops the polls that are not.
class FileSystemStoragePathSource : public Source<StoragePath> {
 public:
  using Config = tensorflow::serving::FileSystemStoragePathSourceConfig;

  struct Options {
    tensorflow::Env* env = tensorflow::Env::Default();
    // Null: CheckSavedModelComplete.
    CompletenessCheck completeness;
    int num_poll_threads = 8;
    // Called after every poll that could list the base path of a servable, with
    // all versions that are there; before the callback gets what that changes.
    // Calls for one servable come one after the other, and none comes after it
    // has been taken out of the configuration. May be null.
    std::function<void(const std::string& servable_name,
                       const std::string& base_path,
                       const std::set<int64_t>& versions)>
        on_found;
  };

  // INVALID_ARGUMENT, naming the servable and the cure, if a servable has no
  // name or no base path, if its base path is relative (neither a URL such as
  // s3://... nor a path that starts with a slash), or if two servables have the
  // same name. Touches no storage.
  static absl::Status Validate(const Config& config);

  // The error of Validate if `config` is invalid.
  static absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> Create(
      const Config& config);
  static absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> Create(
      const Config& config, Options options);

  ~FileSystemStoragePathSource() override;

  // Replaces the whole configuration, or, if it is invalid (as for Create),
  // changes nothing. Servables that are not in it any more are unloaded.
  absl::Status UpdateConfig(const Config& config);

  void SetAspiredVersionsCallback(AspiredVersionsCallback callback) override;

  // How the last poll of a servable went: OK, or why no versions could be
  // found, with the path, the cause and the cure. UNAVAILABLE before the first
  // poll has ended; NOT_FOUND if the servable is not configured.
  absl::Status poll_status(absl::string_view servable_name) const;

  // Whether a poll of a servable has ended since it was configured as it is
  // now, and what it found has been sent.
  bool HasPolled(absl::string_view servable_name) const;

 private:
  // One servable as it is configured. A change of its configuration retires it
  // and makes another.
  struct Servable {
    Servable(const ServablePoller::ServableToMonitor& servable,
             ServablePoller::Options options);

    const std::string name;
    const std::string base_path;
    ServablePoller poller;  // Used by one poll at a time.

    // Held while the callback is called, so that nothing is sent after the
    // retirement.
    std::mutex mu;
    // Guarded by mu.
    bool retired = false;
    bool polled = false;
    bool has_aspired;  // Whether the last list sent was not empty.
    absl::Status poll_status;
  };
  using ServableMap =
      std::map<std::string, std::shared_ptr<Servable>, std::less<>>;

  explicit FileSystemStoragePathSource(Options options);

  // Both with mu_ held.
  void ApplyConfigLocked(const Config& config);
  void StartPollingLocked(const std::shared_ptr<Servable>& servable);

  void Poll(const std::shared_ptr<Servable>& servable);

  const Options options_;

  mutable std::mutex mu_;  // Taken before that of a Servable.
  // Guarded by mu_.
  Config config_;
  ServableMap servables_;

  // Set before the first poll, not changed after.
  AspiredVersionsCallback callback_;
  std::atomic<int64_t> poll_wait_seconds_{0};

  // Last, so that the polls have ended before anything else goes.
  ScheduledThreadPool pool_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_FILE_SYSTEM_STORAGE_PATH_SOURCE_H_
