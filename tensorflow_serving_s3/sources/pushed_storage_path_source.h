// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_PUSHED_STORAGE_PATH_SOURCE_H_
#define TENSORFLOW_SERVING_S3_SOURCES_PUSHED_STORAGE_PATH_SOURCE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/source_port.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

// Sends the lists that its owner passes to Aspire, and stores the problems that
// its owner reports. A source in another language owns one.
//
//   PushedStoragePathSource source({"MySource"});
//   ConnectSourceToTarget(&source, &adapter);  // Before or after Aspire.
//   absl::Status status = source.Aspire(
//       "half", {ServableData<StoragePath>({"half", 7},
//       "s3://models/half/7")});
//   source.SetProblem("", "MySource failed: no route to the registry");
//
// Thread-safe.
class PushedStoragePathSource final : public Source<StoragePath> {
 public:
  struct Options {
    // The name of the source in messages.
    std::string name = "the source";
    // The maximum length of a list. A longer list is probably an error, and
    // loading it would fill the memory.
    size_t max_versions = 100;
    // The longest time between two calls of Aspire, SetProblem or KeepAlive.
    // After that, the source has a problem.
    absl::Duration max_silence = absl::InfiniteDuration();
  };

  explicit PushedStoragePathSource(Options options);

  void SetAspiredVersionsCallback(AspiredVersionsCallback callback) override;

  // Sends the complete list of versions of a servable. Returns INVALID_ARGUMENT
  // and sends nothing, if
  //
  //  - the name is empty, longer than 512 bytes, or has the segment "." or ".."
  //  - there are more than Options::max_versions versions
  //  - a version is negative or listed twice
  //  - a path is empty, or neither absolute nor a URL
  //
  // The error is then the problem of the servable until the next valid list.
  // Returns FAILED_PRECONDITION after Stop.
  absl::Status Aspire(const std::string& servable_name,
                      std::vector<ServableData<StoragePath>> versions);

  // Sets the problem of a servable, or of the source as a whole if the name is
  // empty. An empty problem removes it. At first the problem of the source is
  // that it has reported nothing yet.
  void SetProblem(const std::string& servable_name, const std::string& problem);

  // Tells that the source works, see Options::max_silence.
  void KeepAlive();

  // Returns the problems by the name of the servable, see SetProblem.
  std::map<std::string, std::string> problems() const;

  // Sets a function that is called after each change of problems(). It must not
  // call this object, except problems().
  void OnProblemsChanged(std::function<void()> callback);

  // When it has returned, nothing is sent.
  void Stop();

 private:
  absl::Status Validate(
      const std::string& servable_name,
      const std::vector<ServableData<StoragePath>>& versions) const;

  const Options options_;

  std::mutex send_mu_;    // Held while a list is sent.
  bool stopped_ = false;  // Guarded by send_mu_.
  SourcePort<StoragePath> port_;

  std::mutex notify_mu_;             // Held while on_change_ runs.
  std::function<void()> on_change_;  // Guarded by notify_mu_.

  mutable std::mutex mu_;
  // Guarded by mu_.
  std::map<std::string, std::string> problems_;
  bool has_reported_ = false;
  const absl::Time start_;
  absl::Time last_report_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_PUSHED_STORAGE_PATH_SOURCE_H_
