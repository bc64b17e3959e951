// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Cancels requests whose response is no longer needed.
//
//   Cancellation cancellation;
//   client->GetObject(uri, 0, buffer, size, etag, &cancellation);
//   // On another thread; GetObject returns CANCELLED immediately:
//   cancellation.Cancel();
//
// A cancellation is permanent. It must outlive the calls that use it.
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

  // Calls a function once: at the cancellation, or immediately if it was
  // cancelled before. The function neither runs nor is called after the
  // destructor. It must not use the Cancellation.
  class Listener {
   public:
    // `cancellation` may be null: then the function is never called.
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

// Sleeps for `duration`. Returns false, early, if it is cancelled;
// `cancellation` may be null.
bool SleepUnlessCancelled(std::chrono::milliseconds duration,
                          Cancellation* cancellation);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_CANCELLATION_H_
