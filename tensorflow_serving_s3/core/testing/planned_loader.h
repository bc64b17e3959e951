// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_PLANNED_LOADER_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_PLANNED_LOADER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/testing/run_monitor.h"

namespace tfs3 {

// The servable of a PlannedLoader.
struct PlannedServable {
  // The number of HeldHandles.
  std::atomic<int> handles{0};
};

// A loader for random sequences. Its first loads fail as planned. Reports to a
// RunMonitor. Fails the current test of googletest if a manager calls it
// wrongly: two concurrent calls, an unload while a handle is held, or no
// unload.
class PlannedLoader : public Loader {
 public:
  struct Plan {
    std::string origin;
    int num_failures = 0;
    uint64_t bytes = 1;
  };

  PlannedLoader(RunMonitor* monitor, Plan plan)
      : monitor_(monitor), plan_(std::move(plan)) {}
  ~PlannedLoader() override {
    EXPECT_EQ(servable_, nullptr) << "A loaded version was not unloaded";
  }

  absl::Status Load(const LoadContext& /*context*/) override {
    const Call call(this);
    monitor_->OnLoadStart(plan_.bytes);
    std::this_thread::yield();
    if (plan_.num_failures > 0) {
      --plan_.num_failures;
      monitor_->OnLoadFailure(plan_.bytes);
      return absl::UnavailableError("planned");
    }
    EXPECT_EQ(servable_, nullptr) << "Loaded twice";
    servable_ = std::make_unique<PlannedServable>();
    monitor_->OnLoadSuccess();
    return absl::OkStatus();
  }

  void Unload() override {
    const Call call(this);
    EXPECT_NE(servable_, nullptr) << "Unloaded, but not loaded";
    std::this_thread::yield();
    EXPECT_EQ(servable_->handles.load(), 0) << "Unloaded while a handle exists";
    servable_.reset();
    monitor_->OnUnload(plan_.bytes);
  }

  AnyPtr servable() override { return AnyPtr(servable_.get()); }
  absl::StatusOr<ResourceEstimate> EstimateResources() const override {
    return ResourceEstimate::MainMemory(plan_.bytes);
  }
  std::string origin() const override { return plan_.origin; }

 private:
  // One call of Load or Unload.
  class Call {
   public:
    explicit Call(PlannedLoader* loader) : loader_(loader) {
      EXPECT_FALSE(loader_->is_called_.exchange(true))
          << "Two concurrent calls";
    }
    ~Call() { loader_->is_called_ = false; }

   private:
    PlannedLoader* const loader_;
  };

  RunMonitor* const monitor_;
  Plan plan_;
  std::atomic<bool> is_called_{false};
  std::unique_ptr<PlannedServable> servable_;
};

// A handle that its servable counts.
class HeldHandle {
 public:
  explicit HeldHandle(ServableHandle<PlannedServable> handle)
      : handle_(std::move(handle)) {
    ++handle_->handles;
  }
  HeldHandle(HeldHandle&&) = default;
  HeldHandle& operator=(HeldHandle&& other) {
    if (handle_) {
      --handle_->handles;
    }
    handle_ = std::move(other.handle_);
    return *this;
  }
  ~HeldHandle() {
    if (handle_) {
      --handle_->handles;
    }
  }

 private:
  ServableHandle<PlannedServable> handle_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_PLANNED_LOADER_H_
