// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// How fast requests may follow each other after the store has said that they
// are too many (AWS_RETRY_MODE=adaptive): at seven tenths of the rate at which
// it said so, and then half as many again with every second in which it does
// not say it again.
//
//   Pace pace;
//   Wait(pace.Delay(now));   // Before a request.
//   pace.Throttled(now);     // 429 or 503 SlowDown came back.
//
// Until the first Throttled there is no delay. None is longer than a second.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_PACE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_PACE_H_

#include <chrono>
#include <mutex>
#include <optional>

namespace tfs3 {
namespace s3 {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  // How long the request that is to be sent now has to wait; it is counted.
  std::chrono::milliseconds Delay(Clock::time_point now);

  void Throttled(Clock::time_point now);

 private:
  // Requests a second that are allowed; nullopt for any number. Requires
  // `mutex_`.
  std::optional<double> Limit(Clock::time_point now) const;

  std::mutex mutex_;
  // Requests of the running second and of the one before it.
  Clock::time_point second_began_;
  double running_count_ = 0;
  double last_rate_ = 0;
  // Of the last time that it was too much.
  std::optional<double> limit_;
  Clock::time_point limited_at_;
  Clock::time_point next_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_PACE_H_
