// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_MANAGER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_MANAGER_TEST_UTIL_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/testing/gate.h"

namespace tfs3 {

// Records the published states.
class StateRecorder {
 public:
  explicit StateRecorder(EventBus<ServableState>* bus)
      : subscription_(bus->Subscribe([this](const ServableState& state) {
          std::lock_guard<std::mutex> lock(mu_);
          states_.push_back(state);
          changed_.notify_all();
        })) {}

  // Blocks until a state with this DebugString was published `times` times.
  void WaitFor(const std::string& text, int times = 1) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] {
      int seen = 0;
      for (const ServableState& state : states_) {
        if (state.DebugString() == text) {
          ++seen;
        }
      }
      return seen >= times;
    });
  }

  // The DebugStrings of all states.
  std::vector<std::string> states() const {
    std::lock_guard<std::mutex> lock(mu_);
    std::vector<std::string> texts;
    for (const ServableState& state : states_) {
      texts.push_back(state.DebugString());
    }
    return texts;
  }

  // The DebugStrings of the states of one version.
  std::vector<std::string> states(int64_t version) const {
    std::lock_guard<std::mutex> lock(mu_);
    std::vector<std::string> texts;
    for (const ServableState& state : states_) {
      if (state.id.version == version) {
        texts.push_back(state.DebugString());
      }
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

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_MANAGER_TEST_UTIL_H_
