// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_MEMORY_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_MEMORY_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <string>
#include <utility>

namespace tfs3 {

// Thrown if a request needs more memory than the budget has left. Derived from
// std::bad_alloc: after both errors only this request fails.
class RequestMemoryExceeded : public std::bad_alloc {
 public:
  const char* what() const noexcept override;
};

// The memory budget of all requests in progress: a count of bytes.
//
//   RequestMemory memory(int64_t{1} << 30);
//   RequestMemory::Charge charge(&memory);
//   if (!charge.TryGrow(body_bytes)) return Refuse(503);
//   charge.Grow(tensor_bytes);       // throws RequestMemoryExceeded
//   ...                              // the charge returns its bytes
//
// The last part of the budget, a sixteenth and at most 16 MiB, is a reserve:
// small calls and pages are not refused because of large requests.
//
// Only counts; does not allocate. Thread-safe and lock-free.
class RequestMemory {
 public:
  // The last part of the budget is for charges of up to kSmallChargeBytes, and
  // for TryGrowReserved.
  static constexpr int64_t kSmallChargeBytes = 64 << 10;
  static constexpr int64_t kMaxReserve = 16 << 20;

  // The bytes that one request holds. Movable; used by one thread at a time.
  class Charge {
   public:
    // A charge without a budget: never refuses and counts nothing.
    Charge() = default;
    explicit Charge(RequestMemory* memory) : memory_(memory) {}
    Charge(Charge&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)),
          bytes_(std::exchange(other.bytes_, 0)) {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(memory_, other.memory_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Charge() { Reset(); }

    // Adds `bytes`. Returns false and adds nothing if the budget has fewer
    // left.
    [[nodiscard]] bool TryGrow(int64_t bytes) {
      return TryGrow(bytes, bytes <= kSmallChargeBytes - bytes_);
    }
    // The same for what shall be answered while large requests fill the budget:
    // the charge may use the reserve.
    [[nodiscard]] bool TryGrowReserved(int64_t bytes) {
      return TryGrow(bytes, true);
    }
    // Adds `bytes` or throws RequestMemoryExceeded.
    void Grow(int64_t bytes);
    // Grows to a total of `bytes`; does nothing if it is larger already.
    void GrowTo(int64_t bytes) {
      if (bytes > bytes_) {
        Grow(bytes - bytes_);
      }
    }
    // Returns `bytes` to the budget, at most all of them.
    void Shrink(int64_t bytes);
    // Shrinks to a total of `bytes`; does nothing if it is smaller already.
    void ShrinkTo(int64_t bytes) { Shrink(bytes_ - bytes); }
    // Returns all bytes to the budget.
    void Reset() { Shrink(bytes_); }

    int64_t bytes() const { return bytes_; }
    // Returns the budget; null without one.
    const RequestMemory* memory() const { return memory_; }

   private:
    bool TryGrow(int64_t bytes, bool from_reserve);

    RequestMemory* memory_ = nullptr;
    int64_t bytes_ = 0;
  };

  // A part of a charge that returns its bytes before the request ends: the
  // bytes of a container with a shorter life.
  //
  //   RequestMemory::Part part(charge);
  //   part.GrowTo(elements.capacity() * sizeof elements[0]);
  //
  // Without a charge it never refuses and counts nothing.
  class Part {
   public:
    explicit Part(Charge* charge) : charge_(charge) {}
    Part(Part&& other) noexcept
        : charge_(other.charge_), bytes_(std::exchange(other.bytes_, 0)) {}
    Part& operator=(Part&&) = delete;
    ~Part() { Shrink(bytes_); }

    // Adds `bytes`. Returns false and adds nothing if the budget has fewer
    // left.
    [[nodiscard]] bool TryGrow(int64_t bytes) {
      if (charge_ == nullptr || bytes <= 0) {
        return true;
      }
      if (!charge_->TryGrow(bytes)) {
        return false;
      }
      bytes_ += bytes;
      return true;
    }
    // Adds `bytes` or throws RequestMemoryExceeded.
    void Grow(int64_t bytes) {
      if (charge_ == nullptr || bytes <= 0) {
        return;
      }
      charge_->Grow(bytes);
      bytes_ += bytes;
    }
    // Grows to a total of `bytes`; does nothing if it is larger already.
    void GrowTo(int64_t bytes) { Grow(bytes - bytes_); }
    // Returns `bytes` to the budget, at most all of them.
    void Shrink(int64_t bytes);
    // Shrinks to a total of `bytes`.
    void ShrinkTo(int64_t bytes) { Shrink(bytes_ - bytes); }
    // Keeps the bytes in the charge until the request ends.
    void Keep() { bytes_ = 0; }

    int64_t bytes() const { return bytes_; }

   private:
    Charge* const charge_;
    int64_t bytes_ = 0;
  };

  // `limit` is in bytes; 0: no limit.
  explicit RequestMemory(int64_t limit)
      : limit_(limit), reserve_(std::min(limit / 16, kMaxReserve)) {}
  RequestMemory(const RequestMemory&) = delete;
  RequestMemory& operator=(const RequestMemory&) = delete;

  int64_t limit() const { return limit_; }
  // Returns the bytes of all charges.
  int64_t used() const { return used_.load(std::memory_order_relaxed); }
  // Returns the number of refused growths.
  int64_t num_refused() const {
    return num_refused_.load(std::memory_order_relaxed);
  }

  // Returns the error message for a refused request.
  std::string RefusalMessage() const;

 private:
  bool Take(int64_t bytes, bool from_reserve);
  void Return(int64_t bytes) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  const int64_t limit_;
  const int64_t reserve_;
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> num_refused_{0};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_REQUEST_MEMORY_H_
