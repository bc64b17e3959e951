// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

#include <algorithm>

namespace tfs3 {

const char* RequestMemoryExceeded::what() const noexcept {
  return "the memory budget for requests (--request_memory_mib) is exhausted";
}

bool RequestMemory::Charge::TryGrow(int64_t bytes, bool from_reserve) {
  if (memory_ == nullptr || bytes <= 0) {
    return true;
  }
  if (!memory_->Take(bytes, from_reserve)) {
    return false;
  }
  bytes_ += bytes;
  return true;
}

void RequestMemory::Charge::Grow(int64_t bytes) {
  if (!TryGrow(bytes)) {
    throw RequestMemoryExceeded();
  }
}

void RequestMemory::Charge::Shrink(int64_t bytes) {
  bytes = std::min(bytes, bytes_);
  if (memory_ == nullptr || bytes <= 0) {
    return;
  }
  bytes_ -= bytes;
  memory_->Return(bytes);
}

void RequestMemory::Part::Shrink(int64_t bytes) {
  bytes = std::min(bytes, bytes_);
  if (charge_ == nullptr || bytes <= 0) {
    return;
  }
  bytes_ -= bytes;
  charge_->Shrink(bytes);
}

std::string RequestMemory::RefusalMessage() const {
  return "The server's memory budget for requests, " +
         std::to_string(limit_ >> 20) +
         " MiB (--request_memory_mib), is exhausted; send the request again "
         "later, or in smaller parts";
}

bool RequestMemory::Take(int64_t bytes, bool from_reserve) {
  if (limit_ == 0) {
    used_.fetch_add(bytes, std::memory_order_relaxed);
    return true;
  }
  const int64_t limit = from_reserve ? limit_ : limit_ - reserve_;
  int64_t used = used_.load(std::memory_order_relaxed);
  // Adding first and subtracting after a refusal would, in between, refuse
  // others that have room.
  do {
    if (bytes > limit - used) {
      num_refused_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
  } while (!used_.compare_exchange_weak(used, used + bytes,
                                        std::memory_order_relaxed));
  return true;
}

}  // namespace tfs3
