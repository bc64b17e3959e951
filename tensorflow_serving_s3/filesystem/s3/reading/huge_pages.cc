// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace tfs3 {
namespace s3 {
namespace {

HugePageSpeed speed_of_process;

// Writes to the page without a change of its content.
void Use(volatile char* page) { *page = *page; }

}  // namespace

void PreferHugePages(char* data, size_t size) {
  const auto address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t begin = (address + kHugePage - 1) / kHugePage * kHugePage;
  const uintptr_t end = (address + size) / kHugePage * kHugePage;
  const HugePageSpeed::Clock::time_point before = HugePageSpeed::Clock::now();
  if (begin >= end || !speed_of_process.IsGood(before)) {
    return;
  }
  char* const first = data + (begin - address);
  madvise(first, kHugePage, MADV_HUGEPAGE);
  Use(first);
  const HugePageSpeed::Clock::time_point after = HugePageSpeed::Clock::now();
  speed_of_process.Record(after - before, after);
  if (speed_of_process.IsGood(after)) {
    madvise(first, end - begin, MADV_HUGEPAGE);
  }
}

bool HugePageSpeed::IsGood(Clock::time_point now) const {
  return now.time_since_epoch().count() >=
         pause_end_.load(std::memory_order_relaxed);
}

void HugePageSpeed::Record(Clock::duration first_use, Clock::time_point now) {
  if (first_use > kSlow) {
    pause_end_.store((now + kPause).time_since_epoch().count(),
                     std::memory_order_relaxed);
  }
}

}  // namespace s3
}  // namespace tfs3
