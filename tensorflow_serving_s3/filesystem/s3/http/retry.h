// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Counts and delays the attempts of one request: backoff with full jitter, a
// maximum number of attempts, and a time budget of 1.5 request timeouts. With
// the defaults (5 attempts, 3 s), a request to a store that refuses, drops or
// ignores every attempt fails after at most 4.5 s, and a store that restarts
// has more than 3 s to come back.
//
//   Retry retry(options);
//   do {
//     Try(retry.AttemptTimeout());
//   } while (failed && retry.WaitForNextAttempt());
//
// Received bytes reset attempts and budget, so that a long transfer over an
// unreliable connection continues while it makes progress. Not thread-safe; one
// object per request.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_RETRY_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_RETRY_H_

#include <chrono>
#include <cstddef>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"

namespace tfs3 {
namespace s3 {

class Retry {
 public:
  using Clock = std::chrono::steady_clock;

  // `timeout_multiplier` multiplies the request timeout, for operations that
  // take the store longer.
  explicit Retry(const Options& options, int timeout_multiplier = 1);

  // Returns the time to the first byte that the current attempt has.
  std::chrono::milliseconds AttemptTimeout() const;

  // Sets the pause before the next attempt to at least `duration`, the store's
  // Retry-After. Without enough time left there is no next attempt.
  void SetRetryAfter(std::chrono::milliseconds duration);

  // Makes the pause before the next attempt longer, because the store is
  // overloaded or restarts: up to 1, 2, 4, ... s, spread over the time left so
  // that the last attempt comes near its end.
  void UseLongPause() { long_pause_ = true; }

  // Waits for the time of the next attempt. Returns false if there is none:
  // the attempts or the time are used up, or it was cancelled. `cancellation`
  // may be null.
  bool WaitForNextAttempt(Cancellation* cancellation = nullptr);

  // Resets attempts and time after the current attempt has received `bytes`.
  // Ignores amounts below 256 KiB.
  void RecordReceived(size_t bytes);

  // Resets the time, not the attempts, after the current attempt has sent
  // `bytes` of the request. Ignores amounts below 256 KiB.
  void RecordSent(size_t bytes);

  // Both count from the first attempt.
  int attempts() const { return all_attempts_; }
  std::chrono::milliseconds elapsed() const;

 private:
  std::chrono::milliseconds Remaining() const;
  std::chrono::milliseconds LongPause() const;

  const int max_attempts_;
  const std::chrono::milliseconds request_timeout_;
  const std::chrono::milliseconds budget_;
  // The budget with a multiplier of 1.
  const std::chrono::milliseconds usual_budget_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point progress_at_ = began_;
  Clock::time_point not_before_ = began_;
  bool long_pause_ = false;
  int attempts_ = 1;  // Since the last progress.
  int all_attempts_ = 1;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_RETRY_H_
