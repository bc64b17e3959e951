// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_loader.h"

#include <malloc.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/storage_size.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/warmup.h"

namespace tfs3 {
namespace {

// Flushes the caches of the filesystems when the last running load of this
// process ends. An earlier flush would empty the caches of the other loads.
class CacheFlusher {
 public:
  explicit CacheFlusher(bool flush) : flush_(flush) { ++count_; }
  ~CacheFlusher() {
    if (--count_ > 0 || !flush_) {
      return;
    }
    const absl::Status status =
        tensorflow::Env::Default()->FlushFileSystemCaches();
    if (!status.ok()) {
      ABSL_LOG(WARNING) << "Cannot flush the caches of the filesystems: "
                        << status;
    }
  }
  CacheFlusher(const CacheFlusher&) = delete;
  CacheFlusher& operator=(const CacheFlusher&) = delete;

 private:
  static inline std::atomic<int> count_{0};
  const bool flush_;
};

}  // namespace

// The name and version of a session in TensorFlow's own metrics and profiles.
// They must be unique in the process. If a version is loaded from two paths at
// the same time, the second session gets the name "half#2".
class SavedModelLoader::SessionIdentity {
 public:
  explicit SessionIdentity(const ServableId& servable) : id_(servable) {
    std::lock_guard<std::mutex> lock(mu_);
    for (int i = 2; !taken_.insert(id_).second; ++i) {
      id_.name = absl::StrCat(servable.name, "#", i);
    }
  }
  ~SessionIdentity() {
    std::lock_guard<std::mutex> lock(mu_);
    taken_.erase(id_);
  }
  SessionIdentity(const SessionIdentity&) = delete;
  SessionIdentity& operator=(const SessionIdentity&) = delete;

  const ServableId& id() const { return id_; }

 private:
  static inline std::mutex mu_;
  static inline std::set<ServableId>& taken_ = *new std::set<ServableId>();
  ServableId id_;
};

SavedModelLoader::SavedModelLoader(
    std::string path, std::shared_ptr<const SavedModelOptions> options)
    : path_(std::move(path)), options_(std::move(options)) {}

SavedModelLoader::~SavedModelLoader() = default;

absl::Status SavedModelLoader::Load(const LoadContext& context) {
  const CacheFlusher flusher(options_->flush_filesystem_caches);
  const TrackedLoad tracked(context.servable_id, path_);
  SavedModelOptions options = *options_;
  auto identity = std::make_unique<SessionIdentity>(context.servable_id);
  auto* metadata = options.session_options.config.mutable_experimental()
                       ->mutable_session_metadata();
  metadata->set_name(identity->id().name);
  metadata->set_version(identity->id().version);

  absl::StatusOr<std::unique_ptr<SavedModelBundle>> bundle =
      SavedModelBundle::Load(path_, options);
  if (!bundle.ok()) {
    return bundle.status();
  }
  if (absl::Status status =
          WarmUp(path_, context.servable_id, **bundle, options.warmup);
      !status.ok()) {
    return status;
  }
  identity_ = std::move(identity);
  bundle_ = *std::move(bundle);
  return absl::OkStatus();
}

void SavedModelLoader::Unload() {
  bundle_.reset();
  identity_.reset();
  // Returns free pages in the middle of the heap to the system.
  malloc_trim(0);
}

AnyPtr SavedModelLoader::servable() { return AnyPtr(bundle_.get()); }

absl::StatusOr<ResourceEstimate> SavedModelLoader::EstimateResources() const {
  constexpr double kBytesPerFileByte = 1.2;
  if (!estimate_.has_value()) {
    const absl::StatusOr<uint64_t> bytes =
        TotalFileBytes(tensorflow::Env::Default(), path_);
    if (!bytes.ok()) {
      return bytes.status();
    }
    estimate_ = ResourceEstimate::MainMemory(
        static_cast<uint64_t>(kBytesPerFileByte * static_cast<double>(*bytes)));
  }
  return *estimate_;
}

}  // namespace tfs3
