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

// Lets a writer wait until nobody can see any more what it has replaced, while
// readers wait for nothing.
//
//   // Readers, any thread:
//   { const ReaderGate::Section section(gate);  Use(*value.load()); }
//   // One writer at a time:
//   const T* old = value.exchange(replacement);
//   gate.WaitForReaders();
//   delete old;
//
// Promises:
//  - Entering and leaving a section is wait-free: an increment each.
//  - When WaitForReaders returns, every section that may have seen the value
//    as it was before the call has ended, and what was done in it has happened
//    before. A steady flow of new readers does not hold it up.
// Sections must be short, and must not contain WaitForReaders. What is
// replaced must be an atomic, read and written sequentially consistent.
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

  // To be called by one thread at a time.
  void WaitForReaders() {
    // Readers count themselves under the epoch that they see when they come.
    // Every reader that may hold the old value is counted under one of the two
    // epochs. Each turn waits for one of them while newcomers count under the
    // other.
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

  std::atomic<uint32_t> epoch_{0};
  mutable std::array<Stripe, kNumStripes> stripes_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_READER_GATE_H_
