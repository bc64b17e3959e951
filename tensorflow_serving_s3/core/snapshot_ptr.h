// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SNAPSHOT_PTR_H_
#define TENSORFLOW_SERVING_S3_CORE_SNAPSHOT_PTR_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace tfs3 {

// An immutable value that is read very often and replaced now and then.
//
//   SnapshotPtr<Routes> routes(std::make_unique<Routes>());
//   // Readers, any thread:
//   Model* model = routes.Read(
//       [&](const Routes& r) { return r.Find(name); });
//   // A writer:
//   routes.Publish(std::make_unique<Routes>(...));
//
// Promises:
//  - Read is wait-free: two increments and one load, whatever writers do.
//  - When Publish returns, no reader sees the old value any more, and it has
//    been destroyed. What a reader did inside Read with the old value has
//    happened before Publish returns.
//  - Publish waits for the readers that are inside Read, so functions given to
//    Read must be short and must neither block nor publish.
// Thread-safe; the destructor must not run beside other calls.
template <typename T>
class SnapshotPtr {
 public:
  explicit SnapshotPtr(std::unique_ptr<const T> value)
      : value_(value.release()) {}
  SnapshotPtr(const SnapshotPtr&) = delete;
  SnapshotPtr& operator=(const SnapshotPtr&) = delete;
  ~SnapshotPtr() { delete value_.load(); }

  // Calls `f` with the current value, returns what it returns. References into
  // the value must not leave `f`.
  template <typename F>
  auto Read(F&& f) const {
    const ReadSection section(this);
    return std::forward<F>(f)(static_cast<const T&>(*value_.load()));
  }

  // Replaces the value.
  void Publish(std::unique_ptr<const T> value) {
    std::lock_guard<std::mutex> lock(writer_mu_);
    const std::unique_ptr<const T> old(value_.exchange(value.release()));
    // Readers count themselves under the epoch that they see when they come.
    // After the exchange, every reader that may hold the old value is counted
    // under one of the two epochs. Each turn below waits for one of them while
    // newcomers count under the other, so a steady flow of readers cannot hold
    // up the writer.
    for (int turn = 0; turn < 2; ++turn) {
      const uint32_t passed = epoch_.fetch_xor(1);
      for (Stripe& stripe : stripes_) {
        WaitUntilZero(stripe.readers[passed]);
      }
    }
  }

 private:
  static constexpr size_t kNumStripes = 16;
  static constexpr size_t kCacheLineBytes = 64;

  // Readers of different threads count in different cache lines.
  struct alignas(kCacheLineBytes) Stripe {
    std::array<std::atomic<int64_t>, 2> readers = {0, 0};
  };

  class ReadSection {
   public:
    explicit ReadSection(const SnapshotPtr* snapshot)
        : readers_(snapshot->stripes_[ThreadStripe()]
                       .readers[snapshot->epoch_.load()]) {
      readers_.fetch_add(1);
    }
    ~ReadSection() { readers_.fetch_sub(1); }
    ReadSection(const ReadSection&) = delete;
    ReadSection& operator=(const ReadSection&) = delete;

   private:
    std::atomic<int64_t>& readers_;
  };

  static size_t ThreadStripe() {
    static std::atomic<size_t> num_threads{0};
    thread_local const size_t stripe = num_threads.fetch_add(1) % kNumStripes;
    return stripe;
  }

  static void WaitUntilZero(const std::atomic<int64_t>& readers) {
    // A reader leaves within nanoseconds, unless the kernel has put it aside.
    constexpr int kNumYields = 32;
    for (int i = 0; readers.load() != 0; ++i) {
      if (i < kNumYields) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    }
  }

  std::atomic<const T*> value_;
  std::atomic<uint32_t> epoch_{0};
  mutable std::array<Stripe, kNumStripes> stripes_;
  std::mutex writer_mu_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SNAPSHOT_PTR_H_
