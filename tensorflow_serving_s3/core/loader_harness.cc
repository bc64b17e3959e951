// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/loader_harness.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>

#include "absl/log/absl_check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

absl::string_view HarnessStateName(LoaderHarness::State state) {
  switch (state) {
    case LoaderHarness::State::kNew:
      return "New";
    case LoaderHarness::State::kLoadRequested:
      return "LoadRequested";
    case LoaderHarness::State::kLoadApproved:
      return "LoadApproved";
    case LoaderHarness::State::kLoading:
      return "Loading";
    case LoaderHarness::State::kReady:
      return "Ready";
    case LoaderHarness::State::kUnloadRequested:
      return "UnloadRequested";
    case LoaderHarness::State::kQuiescing:
      return "Quiescing";
    case LoaderHarness::State::kQuiesced:
      return "Quiesced";
    case LoaderHarness::State::kUnloading:
      return "Unloading";
    case LoaderHarness::State::kDisabled:
      return "Disabled";
    case LoaderHarness::State::kError:
      return "Error";
    case LoaderHarness::State::kAwaitingData:
      return "AwaitingData";
  }
  return "Unknown";
}

std::ostream& operator<<(std::ostream& out, LoaderHarness::State state) {
  return out << HarnessStateName(state);
}

absl::Status WrongStateError(const LoaderHarness& harness,
                             absl::string_view rule) {
  return absl::FailedPreconditionError(
      absl::StrCat(rule, "; ", harness.id().DebugString(), " is in state ",
                   HarnessStateName(harness.state())));
}

std::shared_ptr<LoaderHarness> LoaderHarness::Create(
    ServableData<std::unique_ptr<Loader>> version) {
  const ServableId id = version.id();
  if (version.ok()) {
    return std::make_shared<LoaderHarness>(id, std::move(version).data());
  }
  return std::make_shared<LoaderHarness>(
      id, version.is_awaited() ? State::kAwaitingData : State::kError,
      version.status());
}

LoaderHarness::LoaderHarness(ServableId id, std::unique_ptr<Loader> loader)
    : id_(std::move(id)),
      loader_(std::move(loader)),
      origin_(loader_ == nullptr ? std::string() : loader_->origin()),
      state_(State::kNew) {
  ABSL_CHECK(loader_ != nullptr) << id_ << " has no loader";
}

LoaderHarness::LoaderHarness(ServableId id, State state,
                             const absl::Status& error)
    : id_(std::move(id)),
      state_(state),
      status_(error),
      error_time_(Clock::now()) {
  ABSL_CHECK(state == State::kError || state == State::kAwaitingData)
      << id_ << " has no loader";
}

LoaderHarness::Snapshot LoaderHarness::snapshot() const {
  std::lock_guard<std::mutex> lock(mu_);
  return {id_, state_, status_, num_failed_loads_, error_time_, origin_};
}

LoaderHarness::State LoaderHarness::state() const {
  std::lock_guard<std::mutex> lock(mu_);
  return state_;
}

bool LoaderHarness::RequestLoad() {
  std::lock_guard<std::mutex> lock(mu_);
  if (state_ != State::kNew) {
    return false;
  }
  state_ = State::kLoadRequested;
  return true;
}

bool LoaderHarness::ApproveLoad() {
  std::lock_guard<std::mutex> lock(mu_);
  if (state_ == State::kDisabled) {
    return false;
  }
  TransitionLocked(State::kLoadRequested, State::kLoadApproved);
  return true;
}

bool LoaderHarness::StartLoading() {
  std::lock_guard<std::mutex> lock(mu_);
  if (state_ == State::kDisabled) {
    return false;
  }
  TransitionLocked(State::kLoadApproved, State::kLoading);
  return true;
}

absl::Status LoaderHarness::Load() {
  ABSL_CHECK(state() == State::kLoading) << id_ << " is " << state();
  absl::Status status = loader_->Load(LoadContext{id_});
  if (status.ok()) {
    servable_ = loader_->servable();
  }
  return status;
}

absl::StatusOr<ResourceEstimate> LoaderHarness::EstimateResources() const {
  ABSL_CHECK(state() == State::kLoading) << id_ << " is " << state();
  return loader_->EstimateResources();
}

void LoaderHarness::AwaitResources(const absl::Status& reason) {
  std::lock_guard<std::mutex> lock(mu_);
  TransitionLocked(State::kLoading, State::kLoadRequested);
  status_ = reason;
}

void LoaderHarness::DoneLoading() {
  std::lock_guard<std::mutex> lock(mu_);
  TransitionLocked(State::kLoading, State::kReady);
  status_ = absl::OkStatus();
}

void LoaderHarness::AwaitRetry(const absl::Status& error) {
  std::lock_guard<std::mutex> lock(mu_);
  TransitionLocked(State::kLoading, State::kLoadApproved);
  status_ = error;
  error_time_ = Clock::now();
  ++num_failed_loads_;
}

void LoaderHarness::Fail(const absl::Status& error) {
  std::lock_guard<std::mutex> lock(mu_);
  TransitionLocked(State::kLoading, State::kError);
  status_ = error;
  error_time_ = Clock::now();
  ++num_failed_loads_;
}

bool LoaderHarness::Cancel() {
  std::lock_guard<std::mutex> lock(mu_);
  if (state_ != State::kNew && state_ != State::kLoadRequested &&
      state_ != State::kLoadApproved && state_ != State::kAwaitingData) {
    return false;
  }
  state_ = State::kDisabled;
  return true;
}

bool LoaderHarness::RequestUnload() {
  std::lock_guard<std::mutex> lock(mu_);
  if (state_ != State::kReady) {
    return false;
  }
  state_ = State::kUnloadRequested;
  return true;
}

void LoaderHarness::StartQuiescing(std::function<void()> on_quiesced) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    TransitionLocked(State::kUnloadRequested, State::kQuiescing);
  }
  on_quiesced_ = std::move(on_quiesced);
  Release();  // The additional count until StartQuiescing.
}

void LoaderHarness::Unload() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    TransitionLocked(State::kQuiesced, State::kUnloading);
  }
  loader_->Unload();
}

void LoaderHarness::DoneUnloading() {
  std::lock_guard<std::mutex> lock(mu_);
  TransitionLocked(State::kUnloading, State::kDisabled);
}

UntypedServableHandle LoaderHarness::Acquire() {
  num_leases_.fetch_add(1, std::memory_order_relaxed);
  return UntypedServableHandle(this);
}

void LoaderHarness::Release() {
  if (num_leases_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  // Only one thread gets here. The callback is moved out of the harness because
  // it may destroy the harness.
  std::function<void()> on_quiesced = std::move(on_quiesced_);
  {
    std::lock_guard<std::mutex> lock(mu_);
    TransitionLocked(State::kQuiescing, State::kQuiesced);
  }
  on_quiesced();
}

void LoaderHarness::TransitionLocked(State from, State to) {
  ABSL_CHECK(state_ == from)
      << id_ << " cannot become " << HarnessStateName(to) << ": it is "
      << HarnessStateName(state_) << ", not " << HarnessStateName(from);
  state_ = to;
}

}  // namespace tfs3
