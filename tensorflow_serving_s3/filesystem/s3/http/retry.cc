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
constexpr milliseconds kLongestBackoff(1000);
constexpr milliseconds kFirstLongPause(1000);
constexpr int kMostDoublings = 6;
// With less time than this an attempt has no chance.
constexpr milliseconds kLeastPatience(100);
constexpr size_t kWorthARequest = size_t{256} << 10;

// Uniform in [least, most]: clients that failed together come back apart.
milliseconds Jittered(milliseconds least, milliseconds most) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<milliseconds::rep>(
      least.count(), most.count())(generator));
}

}  // namespace

Retry::Retry(const Options& options, int patience)
    : max_attempts_(options.max_attempts),
      request_timeout_(options.request_timeout * patience),
      budget_(request_timeout_ * 3 / 2),
      usual_budget_(options.request_timeout * 3 / 2) {}

milliseconds Retry::Remaining() const {
  return budget_ - duration_cast<milliseconds>(Clock::now() - progress_at_);
}

milliseconds Retry::Patience() const {
  return std::clamp(Remaining(), milliseconds(1), request_timeout_);
}

milliseconds Retry::LongPause() const {
  // The last attempt has its time, too, and more than the least.
  const milliseconds time =
      std::min(Remaining(), usual_budget_) -
      std::max(usual_budget_ / 10, kLeastPatience * 3 / 2);
  // Of the pauses that are left, each is twice as long as the one before.
  const int left = std::min(max_attempts_ - attempts_, kMostDoublings);
  const int before = std::clamp(attempts_ - 1, 0, kMostDoublings);
  const milliseconds pause =
      std::clamp(time / ((1 << left) - 1), milliseconds(0),
                 kFirstLongPause * (1 << before));
  return Jittered(pause * 3 / 4, pause);
}

bool Retry::Again(Cancellation* cancellation) {
  if (attempts_ >= max_attempts_) return false;
  // At most 50, 100, 200, 400, 800 ms, then a second.
  const int doublings = std::min(attempts_, kMostDoublings);
  milliseconds backoff =
      Jittered(milliseconds(0),
               std::min(kFirstBackoff * (1 << doublings) / 2, kLongestBackoff));
  const auto asked =
      std::chrono::ceil<milliseconds>(not_before_ - Clock::now());
  if (asked > milliseconds(0)) {
    backoff = std::max(backoff, asked);
  } else if (needs_time_) {
    backoff = std::max(backoff, LongPause());
  }
  needs_time_ = false;
  if (Remaining() < backoff + kLeastPatience) return false;
  if (!SleepUnlessCancelled(backoff, cancellation)) return false;
  ++attempts_;
  ++all_attempts_;
  return true;
}

void Retry::AskedToWait(milliseconds duration) {
  not_before_ = Clock::now() + duration;
}

void Retry::Progress(size_t bytes) {
  if (bytes < kWorthARequest) return;
  progress_at_ = Clock::now();
  attempts_ = 0;  // Again() counts the next one as the first.
}

void Retry::Sent(size_t bytes) {
  if (bytes >= kWorthARequest) progress_at_ = Clock::now();
}

milliseconds Retry::elapsed() const {
  return duration_cast<milliseconds>(Clock::now() - began_);
}

}  // namespace s3
}  // namespace tfs3
