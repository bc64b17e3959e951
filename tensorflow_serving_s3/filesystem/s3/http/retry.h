// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// How often and how long one request is tried: backoff with full jitter, at
// most so many attempts, and never longer than half as long again as the
// longest silence that one attempt is allowed. With the defaults (5 attempts, 3
// s) a store that refuses, drops or ignores every attempt is reported after 4.5
// s at the latest; and what needs time, as a store that starts anew does, has
// more than 3 s of it.
//
//   Retry retry(options);
//   do {
//     Try(retry.Patience());
//   } while (failed && retry.Again());
//
// Bytes that arrive start both counts anew, so that a long transfer over a bad
// line goes on as long as it gets on. Not thread-safe; one per request.
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

  // An operation on which the store works before it answers is given its time
  // `patience`-fold.
  explicit Retry(const Options& options, int patience = 1);

  // How long the present attempt may wait for its first byte.
  std::chrono::milliseconds Patience() const;

  // The store asks to be left alone for so long: the next attempt is not made
  // before, and where there is not as much time left, not at all.
  void AskedToWait(std::chrono::milliseconds duration);

  // What the present attempt failed for passes with time: the pause before the
  // next is up to 1, 2, 4, ... s, or what of that fits into the time that is
  // left, so that the last attempt comes near its end.
  void NeedsTime() { needs_time_ = true; }

  // Whether there is another attempt; waits for its time. There is none once it
  // is cancelled; `cancellation` may be null.
  bool Again(Cancellation* cancellation = nullptr);

  // Tells that `bytes` of what is wanted have come in the present attempt. Only
  // an amount that is worth a request counts.
  void Progress(size_t bytes);

  // Tells that `bytes` of the request have gone out in the present attempt: its
  // time begins anew, the count of attempts does not.
  void Sent(size_t bytes);

  // Since the first attempt began.
  int attempts() const { return all_attempts_; }
  std::chrono::milliseconds elapsed() const;

 private:
  std::chrono::milliseconds Remaining() const;
  std::chrono::milliseconds LongPause() const;

  const int max_attempts_;
  const std::chrono::milliseconds request_timeout_;
  const std::chrono::milliseconds budget_;
  // The same of an operation that is given no more time than others.
  const std::chrono::milliseconds usual_budget_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point progress_at_ = began_;
  Clock::time_point not_before_ = began_;
  bool needs_time_ = false;
  int attempts_ = 1;  // Since there was progress.
  int all_attempts_ = 1;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_RETRY_H_
