// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef EXAMPLES_CUSTOM_SOURCE_MANIFEST_SOURCE_H_
#define EXAMPLES_CUSTOM_SOURCE_MANIFEST_SOURCE_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace custom_source {

// The contents of a manifest: for each servable its versions, with the paths of
// their SavedModels. No list is empty.
using Manifest =
    std::map<std::string, std::vector<tfs3::ServableData<tfs3::StoragePath>>>;

// Parses a manifest: one version per line, "NAME VERSION PATH". Ignores empty
// lines and everything after a '#'.
//
//   half  7   s3://models/half/7
//   third 20  /models/third-of-monday   # any path, as it is
//
// INVALID_ARGUMENT if a line is something else or a version is listed twice.
// The message names the line and the cure.
absl::StatusOr<Manifest> ParseManifest(absl::string_view text);

// Aspires to the versions in a manifest and reads it again every `interval`. So
// a change of one file, in any file system of TensorFlow, changes the served
// versions.
//
//   auto source = ManifestSource::Create({"s3://models/manifest.txt"});
//   tfs3::ConnectSourceToTarget(source->get(), &adapter);
//
// A servable that is not in the manifest any more is unloaded. While the
// manifest cannot be read or has an error, nothing changes; last_read() returns
// the error. Thread-safe. The destructor waits for a running read.
class ManifestSource final : public tfs3::Source<tfs3::StoragePath> {
 public:
  struct Options {
    // URL or path of the manifest.
    std::string manifest;
    absl::Duration interval = absl::Seconds(1);
    tensorflow::Env* env = tensorflow::Env::Default();
  };

  // INVALID_ARGUMENT if `manifest` is empty or `interval` is not positive.
  static absl::StatusOr<std::unique_ptr<ManifestSource>> Create(
      Options options);

  ~ManifestSource() override;

  void SetAspiredVersionsCallback(AspiredVersionsCallback callback) override;

  // The result of the last read: OK, or the error in the manifest. UNAVAILABLE
  // before the end of the first read.
  absl::Status last_read() const;

 private:
  explicit ManifestSource(Options options);

  void Run();
  absl::Status ReadAndAspire();

  const Options options_;
  AspiredVersionsCallback callback_;
  // The names with aspired versions. Only the thread uses it.
  std::vector<std::string> aspired_names_;

  mutable std::mutex mu_;
  std::condition_variable wake_;
  // Guarded by mu_.
  bool stopping_ = false;
  absl::Status last_read_;

  std::thread thread_;
};

}  // namespace custom_source

#endif  // EXAMPLES_CUSTOM_SOURCE_MANIFEST_SOURCE_H_
