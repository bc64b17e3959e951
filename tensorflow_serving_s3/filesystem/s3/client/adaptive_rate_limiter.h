// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Limits the rate of requests after the store has throttled them
// (AWS_RETRY_MODE=adaptive): to 70% of the rate at which it throttled, then 50%
// more each second without another throttling.
//
//   AdaptiveRateLimiter limiter;
//   Wait(limiter.Delay(now));    // before a request
//   limiter.OnThrottled(now);  // after 429 or 503 SlowDown
//
// There is no delay before the first OnThrottled. No delay is longer than a
// second. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_ADAPTIVE_RATE_LIMITER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_ADAPTIVE_RATE_LIMITER_H_

#include <chrono>
#include <mutex>
#include <optional>

namespace tfs3 {
namespace s3 {

class AdaptiveRateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  // Counts a request and returns its delay.
  std::chrono::milliseconds Delay(Clock::time_point now);

  void OnThrottled(Clock::time_point now);

 private:
  // Returns the allowed requests per second; nullopt without a limit. Requires
  // `mutex_`.
  std::optional<double> Limit(Clock::time_point now) const;

  std::mutex mutex_;
  // Requests of the current second; rate of the second before it.
  Clock::time_point second_began_;
  double running_count_ = 0;
  double last_rate_ = 0;
  // The limit at the last throttling.
  std::optional<double> limit_;
  Clock::time_point limited_at_;
  Clock::time_point next_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_ADAPTIVE_RATE_LIMITER_H_
