// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/log.h"

#include <atomic>
#include <cstdio>

namespace tfs3 {
namespace s3 {
namespace {

// A lock-free list, because a fork could leave a lock locked. Never freed.
struct Written {
  std::string message;
  Written* before;
};

std::atomic<Written*> last_written{nullptr};

}  // namespace

void LogWarningOnce(const std::string& message) {
  auto* entry =
      new Written{message, last_written.load(std::memory_order_acquire)};
  do {
    for (const Written* w = entry->before; w != nullptr; w = w->before) {
      if (w->message != message) {
        continue;
      }
      delete entry;
      return;
    }
  } while (!last_written.compare_exchange_weak(entry->before, entry,
                                               std::memory_order_acq_rel));
  std::fprintf(stderr, "s3 [WARN] %s\n", message.c_str());
}

}  // namespace s3
}  // namespace tfs3
