// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/transfer_watch.h"

#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"

namespace tfs3::net::http2 {

void TransferWatch::Begin(Clock::time_point now) {
  since_ = now;
  deadline_ = Clock::time_point::max();
  is_measured_ = false;
}

void TransferWatch::BeginSized(Clock::time_point now,
                               std::chrono::milliseconds timeout,
                               uint64_t bytes) {
  Begin(now);
  deadline_ = now + timeout + std::chrono::seconds(bytes / kMinBytesPerSecond);
}

bool TransferWatch::IsTooSlow(Clock::time_point now,
                              std::chrono::milliseconds timeout,
                              uint64_t connection, uint64_t stream) {
  if (now >= deadline_) {
    return true;
  }
  if (now - since_ < timeout / 2) {
    return false;
  }
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - since_);
  since_ = now;
  const uint64_t moved = connection - std::exchange(connection_, connection);
  const uint64_t stream_moved = stream - std::exchange(stream_, stream);
  if (!std::exchange(is_measured_, true)) {
    return false;
  }
  const uint64_t enough =
      kMinBytesPerSecond * static_cast<uint64_t>(elapsed.count()) / 1000;
  return moved < enough || stream_moved == 0;
}

}  // namespace tfs3::net::http2
