// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_FAKE_LOADER_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_FAKE_LOADER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"

namespace tfs3 {

// The servable of a FakeLoader.
struct FakeServable {
  FakeServable(int64_t version, std::string origin)
      : version(version), origin(std::move(origin)) {}
  ~FakeServable() { alive = false; }
  const int64_t version;
  const std::string origin;
  bool alive = true;  // Until it is destroyed.
};

// A loader that calls functions of the test.
//
//   FakeLoader([] { return absl::UnavailableError("..."); })
//
// By default its origin is unknown and its estimate is zero.
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

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_FAKE_LOADER_H_
