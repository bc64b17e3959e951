// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Asks the system for huge pages, while it supplies them quickly.
//
//   PreferHugePages(buffer, size);
//   Fill(buffer, size);
//
// The first use of memory in huge pages takes a quarter of the time that small
// pages take. But it takes five times as long if the system must first get the
// memory: from the host, to which a virtual machine has returned its free
// memory, or by moving other pages. Small pages rarely need that. So the first
// huge page of each buffer is used at once. If that is slow, all buffers get
// small pages for some seconds.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_HUGE_PAGES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_HUGE_PAGES_H_

#include <atomic>
#include <chrono>
#include <cstddef>

namespace tfs3 {
namespace s3 {

inline constexpr size_t kHugePage = size_t{2} << 20;

// Advises the system to use huge pages for memory that the caller is about to
// fill. Does not change its content. Thread-safe.
void PreferHugePages(char* data, size_t size);

// Decides whether to ask for huge pages, by the time that the last ones took.
// Thread-safe.
class HugePageSpeed {
 public:
  using Clock = std::chrono::steady_clock;

  // A page that takes longer is slow: about the time of its 512 small pages.
  static constexpr std::chrono::microseconds kSlow{1000};
  // How long no huge pages are requested after a slow one.
  static constexpr std::chrono::seconds kPause{10};

  bool IsGood(Clock::time_point now) const;

  // Records how long the first use of a huge page took.
  void Record(Clock::duration first_use, Clock::time_point now);

 private:
  // The time since the epoch of the clock until which huge pages are not
  // requested.
  std::atomic<Clock::rep> pause_end_{Clock::duration::min().count()};
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_HUGE_PAGES_H_
