// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"

#include <thread>

namespace tfs3 {

RequestGate::Pass RequestGate::Enter() {
  if (state_.fetch_add(1) < kClosed) {
    return Pass(this);
  }
  num_refused_.fetch_add(1);
  Leave();
  return Pass();
}

RequestGate::Pass RequestGate::EnterLate() {
  state_.fetch_add(1);
  return Pass(this);
}

void RequestGate::Close() { state_.fetch_or(kClosed); }

void RequestGate::Leave() {
  if (state_.fetch_sub(1) != kClosed + 1) {
    return;
  }
  std::lock_guard<std::mutex> lock(mu_);
  emptied_.notify_all();
}

bool RequestGate::WaitUntilEmpty(std::chrono::milliseconds timeout) {
  std::unique_lock<std::mutex> lock(mu_);
  return emptied_.wait_for(lock, timeout, [this] { return size() == 0; });
}

bool RequestGate::WaitUntilIdle(std::chrono::milliseconds quiet,
                                std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const int64_t before = num_refused_.load();
    std::this_thread::sleep_for(quiet);
    if (num_refused_.load() == before) {
      return true;
    }
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
  }
}

}  // namespace tfs3
