// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_GATE_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_GATE_H_

#include <condition_variable>
#include <mutex>

namespace tfs3 {

// Lets threads wait until another thread calls Open.
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

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_GATE_H_
