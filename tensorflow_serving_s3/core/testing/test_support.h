// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_TEST_SUPPORT_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_TEST_SUPPORT_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_state.h"

// What tests of managers share.
namespace tfs3 {

// A door between threads: closed until it is opened, then open for good.
class Gate {
 public:
  void Open() {
    std::lock_guard<std::mutex> lock(mu_);
    open_ = true;
    opened_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mu_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mu_;
  std::condition_variable opened_;
  bool open_ = false;
};

// The servable of a FakeLoader. A handle that outlives it can tell.
struct FakeServable {
  FakeServable(int64_t version, std::string origin)
      : version(version), origin(std::move(origin)) {}
  ~FakeServable() { alive = false; }
  const int64_t version;
  const std::string origin;
  bool alive = true;
};

// A loader that does what the test says.
//
//   FakeLoader([] { return absl::UnavailableError("..."); })
//
// Its servable comes from nowhere known and takes nothing, unless told.
class FakeLoader : public Loader {
 public:
  explicit FakeLoader(
      std::function<absl::Status()> on_load = [] { return absl::OkStatus(); },
      std::function<void()> on_unload = [] {})
      : on_load_(std::move(on_load)), on_unload_(std::move(on_unload)) {}

  void set_origin(std::string origin) { origin_ = std::move(origin); }
  void set_estimate(
      std::function<absl::StatusOr<ResourceEstimate>()> estimate) {
    estimate_ = std::move(estimate);
  }
  // In bytes of main memory.
  void set_estimate(uint64_t bytes) {
    estimate_ = [bytes] { return ResourceEstimate::MainMemory(bytes); };
  }

  absl::Status Load(const LoadContext& context) override {
    absl::Status status = on_load_();
    if (status.ok()) {
      servable_ =
          std::make_unique<FakeServable>(context.servable_id.version, origin_);
    }
    return status;
  }

  void Unload() override {
    on_unload_();
    servable_.reset();
  }

  AnyPtr servable() override { return AnyPtr(servable_.get()); }
  absl::StatusOr<ResourceEstimate> EstimateResources() const override {
    return estimate_();
  }
  std::string origin() const override { return origin_; }

 private:
  const std::function<absl::Status()> on_load_;
  const std::function<void()> on_unload_;
  std::string origin_;
  std::function<absl::StatusOr<ResourceEstimate>()> estimate_ = [] {
    return ResourceEstimate();
  };
  std::unique_ptr<FakeServable> servable_;
};

// Writes down the states that are published, and waits for one.
class StateRecorder {
 public:
  explicit StateRecorder(EventBus<ServableState>* bus)
      : subscription_(bus->Subscribe([this](const ServableState& state) {
          std::lock_guard<std::mutex> lock(mu_);
          states_.push_back(state);
          changed_.notify_all();
        })) {}

  // Waits until a state that prints as `text` has been published `times` times.
  void WaitFor(const std::string& text, int times = 1) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] {
      int seen = 0;
      for (const ServableState& state : states_) {
        if (state.DebugString() == text) ++seen;
      }
      return seen >= times;
    });
  }

  // All states so far, as text.
  std::vector<std::string> states() const {
    std::lock_guard<std::mutex> lock(mu_);
    std::vector<std::string> texts;
    for (const ServableState& state : states_) {
      texts.push_back(state.DebugString());
    }
    return texts;
  }

  // Those of one version only.
  std::vector<std::string> states(int64_t version) const {
    std::lock_guard<std::mutex> lock(mu_);
    std::vector<std::string> texts;
    for (const ServableState& state : states_) {
      if (state.id.version == version) texts.push_back(state.DebugString());
    }
    return texts;
  }

 private:
  mutable std::mutex mu_;
  std::condition_variable changed_;
  std::vector<ServableState> states_;
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_TEST_SUPPORT_H_
