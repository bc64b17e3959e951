// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/saved_model_loader.h"

#include <malloc.h>

#include <atomic>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/protobuf/config.pb.h"

namespace tfs3 {
namespace {

// A load that is under way in this process; the last one to end flushes the
// caches of the file systems, so that none is flushed while others read.
class LoadUnderWay {
 public:
  explicit LoadUnderWay(bool flush) : flush_(flush) { ++count_; }
  ~LoadUnderWay() {
    if (--count_ > 0 || !flush_) return;
    const absl::Status status =
        tensorflow::Env::Default()->FlushFileSystemCaches();
    if (!status.ok()) {
      ABSL_LOG(WARNING) << "The caches of the file systems cannot be flushed: "
                        << status;
    }
  }
  LoadUnderWay(const LoadUnderWay&) = delete;
  LoadUnderWay& operator=(const LoadUnderWay&) = delete;

 private:
  static inline std::atomic<int> count_{0};
  const bool flush_;
};

}  // namespace

SavedModelLoader::SavedModelLoader(
    std::string path, std::shared_ptr<const SavedModelOptions> options)
    : path_(std::move(path)), options_(std::move(options)) {}

absl::Status SavedModelLoader::Load(const LoadContext& context) {
  const LoadUnderWay under_way(options_->flush_filesystem_caches);
  SavedModelOptions options = *options_;
  // What TensorFlow's own metrics and profiles call the session.
  auto* metadata = options.session_options.config.mutable_experimental()
                       ->mutable_session_metadata();
  metadata->set_name(context.servable_id.name);
  metadata->set_version(context.servable_id.version);

  absl::StatusOr<std::unique_ptr<SavedModelBundle>> bundle =
      SavedModelBundle::Load(path_, options);
  if (!bundle.ok()) return bundle.status();
  bundle_ = *std::move(bundle);
  return absl::OkStatus();
}

void SavedModelLoader::Unload() {
  bundle_.reset();
  // Freed pages in the middle of the heap stay with the process otherwise.
  malloc_trim(0);
}

AnyPtr SavedModelLoader::servable() { return AnyPtr(bundle_.get()); }

}  // namespace tfs3
