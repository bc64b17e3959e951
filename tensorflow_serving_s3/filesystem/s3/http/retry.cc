// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

#include <algorithm>
#include <random>

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds kFirstBackoff(50);
constexpr milliseconds kMaxBackoff(1000);
constexpr milliseconds kFirstLongPause(1000);
constexpr int kMaxDoublings = 6;
// An attempt with less time cannot succeed.
constexpr milliseconds kMinAttemptTime(100);
constexpr size_t kMinProgressBytes = size_t{256} << 10;

// Returns a uniform value in [least, most], so that clients that failed at the
// same time do not retry at the same time.
milliseconds Jittered(milliseconds least, milliseconds most) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<milliseconds::rep>(
      least.count(), most.count())(generator));
}

}  // namespace

Retry::Retry(const Options& options, int timeout_multiplier)
    : max_attempts_(options.max_attempts),
      request_timeout_(options.request_timeout * timeout_multiplier),
      budget_(request_timeout_ * 3 / 2),
      usual_budget_(options.request_timeout * 3 / 2) {}

milliseconds Retry::Remaining() const {
  return budget_ - duration_cast<milliseconds>(Clock::now() - progress_at_);
}

milliseconds Retry::AttemptTimeout() const {
  return std::clamp(Remaining(), milliseconds(1), request_timeout_);
}

milliseconds Retry::LongPause() const {
  // Reserves time for the last attempt.
  const milliseconds time =
      std::min(Remaining(), usual_budget_) -
      std::max(usual_budget_ / 10, kMinAttemptTime * 3 / 2);
  // Each of the remaining pauses is twice as long as the one before.
  const int left = std::min(max_attempts_ - attempts_, kMaxDoublings);
  const int before = std::clamp(attempts_ - 1, 0, kMaxDoublings);
  const milliseconds pause =
      std::clamp(time / ((1 << left) - 1), milliseconds(0),
                 kFirstLongPause * (1 << before));
  return Jittered(pause * 3 / 4, pause);
}

bool Retry::WaitForNextAttempt(Cancellation* cancellation) {
  if (attempts_ >= max_attempts_) {
    return false;
  }
  // At most 50, 100, 200, 400, 800 ms, then a second.
  const int doublings = std::min(attempts_, kMaxDoublings);
  milliseconds backoff =
      Jittered(milliseconds(0),
               std::min(kFirstBackoff * (1 << doublings) / 2, kMaxBackoff));
  const auto asked =
      std::chrono::ceil<milliseconds>(not_before_ - Clock::now());
  if (asked > milliseconds(0)) {
    backoff = std::max(backoff, asked);
  } else if (long_pause_) {
    backoff = std::max(backoff, LongPause());
  }
  long_pause_ = false;
  if (Remaining() < backoff + kMinAttemptTime) {
    return false;
  }
  if (!SleepUnlessCancelled(backoff, cancellation)) {
    return false;
  }
  ++attempts_;
  ++all_attempts_;
  return true;
}

void Retry::SetRetryAfter(milliseconds duration) {
  not_before_ = Clock::now() + duration;
}

void Retry::RecordReceived(size_t bytes) {
  if (bytes < kMinProgressBytes) {
    return;
  }
  progress_at_ = Clock::now();
  attempts_ = 0;  // WaitForNextAttempt() increments it for the next attempt.
}

void Retry::RecordSent(size_t bytes) {
  if (bytes >= kMinProgressBytes) {
    progress_at_ = Clock::now();
  }
}

milliseconds Retry::elapsed() const {
  return duration_cast<milliseconds>(Clock::now() - began_);
}

}  // namespace s3
}  // namespace tfs3
