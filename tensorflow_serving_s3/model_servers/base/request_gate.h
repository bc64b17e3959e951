// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_GATE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_GATE_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace tfs3 {

// Counts the requests that are under way and, once closed, lets no more in: how
// a server stops without losing one.
//
//   RequestGate::Pass pass = gate.Enter();
//   if (!pass) return Refuse();
//   ...                              // the pass goes when the request is done
//
//   gate.Close();                    // another thread: no more from now on
//   gate.WaitUntilEmpty(std::chrono::seconds(25));
//
// Plain C++, for both transports. Thread-safe; Enter is wait-free.
class RequestGate {
 public:
  // One request that was let in, or none. Movable.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }

    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class RequestGate;
    explicit Pass(RequestGate* gate) : gate_(gate) {}

    RequestGate* gate_ = nullptr;
  };

  // Holds nothing once the gate is closed.
  [[nodiscard]] Pass Enter();

  void Close();

  bool closed() const { return (state_.load() & kClosed) != 0; }

  // Waits until all that were let in have left; false if that takes longer than
  // `patience`. Only after Close.
  bool WaitUntilEmpty(std::chrono::milliseconds patience);

  // Waits until nobody has been refused for as long as `quiet`; false if there
  // is no such pause within `patience`. Only after Close.
  bool WaitUntilQuiet(std::chrono::milliseconds quiet,
                      std::chrono::milliseconds patience);

  // How many are under way.
  int64_t size() const { return state_.load() & ~kClosed; }

 private:
  static constexpr int64_t kClosed = int64_t{1} << 62;

  void Leave();

  // The number of requests under way, and kClosed.
  std::atomic<int64_t> state_{0};
  // How often Enter has let nobody in.
  std::atomic<int64_t> num_refused_{0};
  std::mutex mu_;
  std::condition_variable emptied_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_GATE_H_
