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

// Finds the versions of servables in a file system: the folders below the base
// path of each servable whose names are numbers. Polls every
// `file_system_poll_wait_seconds`.
//
//   auto source = FileSystemStoragePathSource::Create(config);
//   ConnectSourceToTarget(source->get(), &adapter);
//
// The fields of the configuration have the same meaning as in TensorFlow
// Serving:
//  - file_system_poll_wait_seconds: positive: the pause between two polls of a
//    servable; 0: poll once; negative: never poll.
//  - servable_versions_always_present: keep the versions of a servable when a
//    poll finds none.
//  - fail_if_zero_versions_at_startup: deprecated; logs a warning and has no
//    effect. A servable without versions waits for its first version.
//
// Promises:
//  - The first poll starts when the callback is set, and when UpdateConfig adds
//    or changes a servable.
//  - Servables are polled independently, on up to `num_poll_threads` threads.
//  An
//    error of one servable does not affect the others. A file system call that
//    hangs occupies one thread. If there are more servables than threads, the
//    servable that has been due longest is polled first. Missed polls are not
//    repeated.
//  - While the polls of a servable fail, nothing is sent for it, so its loaded
//    versions stay. The error is logged and returned by poll_status.
//  - See ServablePoller for the cost of a poll and the selection of versions,
//  and
//    completeness.h for versions that are being uploaded.
// Thread-safe. The destructor waits for running file system calls and drops the
// other polls.
class FileSystemStoragePathSource : public Source<StoragePath> {
 public:
  using Config = tensorflow::serving::FileSystemStoragePathSourceConfig;

  struct Options {
    tensorflow::Env* env = tensorflow::Env::Default();
    // Null: CheckSavedModelComplete.
    CompletenessCheck completeness;
    int num_poll_threads = 8;
    // Called after every successful listing of a base path, with all versions
    // in it, before the versions are sent to the callback. Calls for one
    // servable do not overlap. It is not called after the servable was removed
    // from the configuration. May be null.
    std::function<void(const std::string& servable_name,
                       const std::string& base_path,
                       const std::set<int64_t>& versions)>
        on_found;
  };

  // INVALID_ARGUMENT if a servable has no name or no base path, if its base
  // path is relative (neither a URL such as s3://... nor a path that starts
  // with a slash), or if two servables have the same name. The message names
  // the servable and the cure. Does not access the file system.
  static absl::Status Validate(const Config& config);

  // The error of Validate if `config` is invalid.
  static absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> Create(
      const Config& config);
  static absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> Create(
      const Config& config, Options options);

  ~FileSystemStoragePathSource() override;

  // Replaces the whole configuration. Unloads servables that are not in it any
  // more. If `config` is invalid, returns the error of Validate and changes
  // nothing.
  absl::Status UpdateConfig(const Config& config);

  void SetAspiredVersionsCallback(AspiredVersionsCallback callback) override;

  // The result of the last poll of a servable: OK, or an error that names the
  // path, the cause and the cure. UNAVAILABLE before the end of the first poll;
  // NOT_FOUND if the servable is not configured.
  absl::Status poll_status(absl::string_view servable_name) const;

  // Whether a poll of a servable has ended since its configuration changed, and
  // its result was sent.
  bool HasPolled(absl::string_view servable_name) const;

 private:
  // One servable with one configuration. A change of the configuration retires
  // this object and creates another one.
  struct Servable {
    Servable(const ServablePoller::ServableToMonitor& servable,
             ServablePoller::Options options);

    const std::string name;
    const std::string base_path;
    ServablePoller poller;  // Used by one poll at a time.

    // Held while the callback is called. So nothing is sent after `retired` is
    // set.
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

  // Set before the first poll, then constant.
  AspiredVersionsCallback callback_;
  std::atomic<int64_t> poll_wait_seconds_{0};

  // Last: its threads use the members above.
  ScheduledThreadPool pool_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_FILE_SYSTEM_STORAGE_PATH_SOURCE_H_
