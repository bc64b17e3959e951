// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/adaptive_rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kKeep = 0.7;
constexpr double kGrowth = 1.5;  // Per second.
constexpr double kMinRate = 1;
constexpr double kNoLimit = 5000;  // More than S3 takes for one prefix.
constexpr milliseconds kMaxDelay(1000);

}  // namespace

std::optional<double> AdaptiveRateLimiter::Limit(Clock::time_point now) const {
  if (!limit_.has_value()) {
    return std::nullopt;
  }
  const double seconds_since = duration<double>(now - limited_at_).count();
  const double limit = *limit_ * std::pow(kGrowth, seconds_since);
  if (limit > kNoLimit) {
    return std::nullopt;
  }
  return limit;
}

milliseconds AdaptiveRateLimiter::Delay(Clock::time_point now) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (now - second_began_ >= seconds(1)) {
    const double length = duration<double>(now - second_began_).count();
    last_rate_ = running_count_ / length;
    second_began_ = now;
    running_count_ = 0;
  }
  ++running_count_;
  const std::optional<double> limit = Limit(now);
  if (!limit.has_value()) {
    return milliseconds(0);
  }
  const Clock::time_point start = std::max(now, next_);
  next_ = std::min(
      start + duration_cast<Clock::duration>(duration<double>(1 / *limit)),
      now + kMaxDelay);
  return duration_cast<milliseconds>(start - now);
}

void AdaptiveRateLimiter::OnThrottled(Clock::time_point now) {
  std::lock_guard<std::mutex> lock(mutex_);
  double rate = std::max(last_rate_, running_count_);
  const std::optional<double> limit = Limit(now);
  if (limit.has_value()) {
    rate = std::min(rate, *limit);
  }
  limit_ = std::max(rate * kKeep, kMinRate);
  limited_at_ = now;
}

}  // namespace s3
}  // namespace tfs3
