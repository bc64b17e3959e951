// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_gate.h"

namespace tfs3 {

RequestGate::Pass RequestGate::Enter() {
  if (state_.fetch_add(1) < kClosed) return Pass(this);
  Leave();
  return Pass();
}

void RequestGate::Close() { state_.fetch_or(kClosed); }

void RequestGate::Leave() {
  if (state_.fetch_sub(1) != kClosed + 1) return;
  std::lock_guard<std::mutex> lock(mu_);
  emptied_.notify_all();
}

bool RequestGate::WaitUntilEmpty(std::chrono::milliseconds patience) {
  std::unique_lock<std::mutex> lock(mu_);
  return emptied_.wait_for(lock, patience, [this] { return size() == 0; });
}

}  // namespace tfs3
