// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/thread_time.h"

#include <sys/resource.h>
#include <sys/time.h>

namespace tfs3 {
namespace {

constexpr auto kMarkPeriod = std::chrono::milliseconds(1);

struct Usage {
  ThreadTime::Clock::duration processor{0};
  long num_waits = 0;
};

std::optional<Usage> UsageOfThread() {
  rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) {
    return std::nullopt;
  }
  const auto duration = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) +
           std::chrono::microseconds(time.tv_usec);
  };
  return Usage{duration(usage.ru_utime) + duration(usage.ru_stime),
               usage.ru_nvcsw};
}

struct LastMark {
  ThreadTime::Clock::time_point time;
  std::optional<Usage> usage;
};

thread_local LastMark last_mark;

}  // namespace

void ThreadTime::Mark(Clock::time_point now) {
  if (!last_mark.usage.has_value() || now - last_mark.time >= kMarkPeriod) {
    last_mark = {now, UsageOfThread()};
  }
}

std::optional<ThreadTime::Clock::duration> ThreadTime::SinceMark() {
  const std::optional<Usage> usage = UsageOfThread();
  if (!usage.has_value() || !last_mark.usage.has_value() ||
      usage->num_waits != last_mark.usage->num_waits) {
    return std::nullopt;
  }
  return usage->processor - last_mark.usage->processor;
}

}  // namespace tfs3
