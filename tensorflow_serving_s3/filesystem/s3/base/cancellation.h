// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Ends requests whose answer nobody wants any more.
//
//   Cancellation cancellation;
//   client->GetObject(uri, 0, buffer, size, etag, &cancellation);
//   // Meanwhile, on another thread; GetObject returns CANCELLED at once:
//   cancellation.Cancel();
//
// Cancelled stays cancelled. Must outlive the calls that it is given to.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_CANCELLATION_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_CANCELLATION_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <mutex>

namespace tfs3 {
namespace s3 {

class Cancellation {
 public:
  Cancellation() = default;

  void Cancel();

  bool cancelled() const { return cancelled_; }

  // Calls a function once when there is a cancellation, or at once when there
  // has been one. After the destructor it is not called and not running. The
  // function must not use the Cancellation.
  class Listener {
   public:
    // Without a `cancellation` nothing is ever called.
    Listener(Cancellation* cancellation, std::function<void()> wake);
    ~Listener();

    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    Cancellation* const cancellation_;
    std::list<std::function<void()>>::iterator position_;
  };

 private:
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::list<std::function<void()>> listeners_;
};

// Lets the time pass. False, and earlier, when cancelled; `cancellation` may be
// null.
bool SleepUnlessCancelled(std::chrono::milliseconds duration,
                          Cancellation* cancellation);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_CANCELLATION_H_
