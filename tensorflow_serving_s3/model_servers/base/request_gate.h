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

// Counts the requests in progress. After Close it refuses new requests, so that
// a server can stop without losing a request.
//
//   RequestGate::Pass pass = gate.Enter();
//   if (!pass) return Refuse();
//   ...                              // the request ends with the pass
//
//   gate.Close();                    // another thread: refuses new requests
//   gate.WaitUntilEmpty(std::chrono::seconds(25));
//
// Thread-safe; Enter is wait-free.
class RequestGate {
 public:
  // A request in progress, or empty. Movable.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_ != nullptr) {
        gate_->Leave();
      }
    }

    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class RequestGate;
    explicit Pass(RequestGate* gate) : gate_(gate) {}

    RequestGate* gate_ = nullptr;
  };

  // Returns an empty pass after Close.
  [[nodiscard]] Pass Enter();

  // Returns a pass even after Close: for a request that the client has sent
  // before it could know that the server stops.
  [[nodiscard]] Pass EnterLate();

  void Close();

  bool closed() const { return (state_.load() & kClosed) != 0; }

  // Waits until no request is in progress. Returns false after `timeout`. Call
  // it after Close.
  bool WaitUntilEmpty(std::chrono::milliseconds timeout);

  // Waits until no request was refused during a time of `quiet`. Returns false
  // after `timeout`. Call it after Close.
  bool WaitUntilIdle(std::chrono::milliseconds quiet,
                     std::chrono::milliseconds timeout);

  // Returns the number of requests in progress.
  int64_t size() const { return state_.load() & ~kClosed; }

 private:
  static constexpr int64_t kClosed = int64_t{1} << 62;

  void Leave();

  // The number of requests in progress, plus kClosed after Close.
  std::atomic<int64_t> state_{0};
  std::atomic<int64_t> num_refused_{0};
  std::mutex mu_;
  std::condition_variable emptied_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_GATE_H_
