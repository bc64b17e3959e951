// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_READER_GATE_H_
#define TENSORFLOW_SERVING_S3_CORE_READER_GATE_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace tfs3 {

// Lets a writer wait until no reader uses a value that was replaced. Readers
// never wait.
//
//   // Readers, any thread:
//   { const ReaderGate::Section section(gate);  Use(*value.load()); }
//   // One writer at a time:
//   const T* old = value.exchange(replacement);
//   gate.WaitForReaders();
//   delete old;
//
// Promises:
//  - The constructor and the destructor of a Section are wait-free: one
//    increment each.
//  - When WaitForReaders returns, every section that may have read the old
//  value
//    has ended, and its memory accesses happened before the return. New readers
//    do not delay it.
// Sections must be short, and must not call WaitForReaders. The value must be
// an atomic that is read and written with sequential consistency.
class ReaderGate {
  static constexpr size_t kCacheLineBytes = 64;

  // Readers of different threads count in different cache lines.
  struct alignas(kCacheLineBytes) Stripe {
    std::array<std::atomic<int64_t>, 2> readers = {0, 0};
  };

 public:
  ReaderGate() = default;
  ReaderGate(const ReaderGate&) = delete;
  ReaderGate& operator=(const ReaderGate&) = delete;

  class Section {
   public:
    explicit Section(const ReaderGate& gate)
        : readers_(gate.stripes_[ThreadStripe()].readers[gate.epoch_.load()]) {
      readers_.fetch_add(1);
    }
    ~Section() { readers_.fetch_sub(1); }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;

   private:
    std::atomic<int64_t>& readers_;
  };

  // Only one thread at a time may call this.
  void WaitForReaders() {
    // A reader increments the counter of the epoch that it reads. A reader of
    // the old value uses one of the two epochs. Each turn waits for one epoch,
    // while new readers use the other one.
    for (int turn = 0; turn < 2; ++turn) {
      const uint32_t passed = epoch_.fetch_xor(1);
      for (const Stripe& stripe : stripes_) {
        WaitUntilZero(stripe.readers[passed]);
      }
    }
  }

 private:
  static constexpr size_t kNumStripes = 16;

  static size_t ThreadStripe() {
    static std::atomic<size_t> num_threads{0};
    thread_local const size_t stripe = num_threads.fetch_add(1) % kNumStripes;
    return stripe;
  }

  static void WaitUntilZero(const std::atomic<int64_t>& readers) {
    // A section takes nanoseconds, unless the kernel preempts its thread.
    constexpr int kNumYields = 32;
    for (int i = 0; readers.load() != 0; ++i) {
      if (i < kNumYields) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    }
  }

  std::atomic<uint32_t> epoch_{0};
  mutable std::array<Stripe, kNumStripes> stripes_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_READER_GATE_H_
