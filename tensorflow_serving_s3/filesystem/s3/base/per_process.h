// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What belongs to one process, because threads stand behind it or a lock is in
// it: the child of a fork has the memory of its parent, but none of its other
// threads, and a lock that one of those held is never given back.
//
//   PerProcess<State> state;
//   std::lock_guard<std::mutex> lock(state.get().mutex);
//
// The first get() in each process makes a T. The one of the parent stays behind
// in the child, untouched and never destroyed. Thread-safe, without a lock.
//
// For a variable with static storage use StaticPerProcess, in a function or
// outside of one:
//
//   static StaticPerProcess<State> state;
//
// The compiler initialises it and nothing destroys it. A static variable that
// is initialised at its first use has a lock of the compiler's instead: if a
// process forks in that moment, the child waits for ever.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PER_PROCESS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PER_PROCESS_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>

namespace tfs3 {
namespace s3 {

// Remembers the process in which it was made.
class OwnerProcess {
 public:
  // Whether that is this one.
  bool IsThis() const { return pid_ == getpid(); }

 private:
  pid_t pid_ = getpid();
};

template <typename T>
class StaticPerProcess {
 public:
  constexpr StaticPerProcess() = default;

  T& get() {
    Entry* entry = entry_.load(std::memory_order_acquire);
    if (entry != nullptr && entry->owner.IsThis()) return entry->value;
    Entry* fresh = new Entry();
    if (entry_.compare_exchange_strong(entry, fresh,
                                       std::memory_order_acq_rel)) {
      return fresh->value;
    }
    delete fresh;  // Another thread of this process came first.
    return entry->value;
  }

  // Destroys the T of this process, if there is one.
  void Destroy() {
    Entry* entry = entry_.load(std::memory_order_acquire);
    if (entry != nullptr && entry->owner.IsThis()) delete entry;
  }

  StaticPerProcess(const StaticPerProcess&) = delete;
  StaticPerProcess& operator=(const StaticPerProcess&) = delete;

 private:
  struct Entry {
    OwnerProcess owner;
    T value;
  };

  std::atomic<Entry*> entry_{nullptr};
};

template <typename T>
class PerProcess {
 public:
  constexpr PerProcess() = default;
  ~PerProcess() { state_.Destroy(); }
  PerProcess(const PerProcess&) = delete;
  PerProcess& operator=(const PerProcess&) = delete;

  T& get() { return state_.get(); }

 private:
  StaticPerProcess<T> state_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_PER_PROCESS_H_
