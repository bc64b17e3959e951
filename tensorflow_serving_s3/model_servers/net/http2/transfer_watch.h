// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_TRANSFER_WATCH_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_TRANSFER_WATCH_H_

#include <chrono>
#include <cstdint>

namespace tfs3::net::http2 {

// What a connection has transferred since it began.
struct ConnectionProgress {
  uint64_t received = 0;
  // The sent bytes that have left the kernel's buffer.
  uint64_t acknowledged = 0;
};

// Decides whether the transfer of one request or one response is too slow.
//
//   TransferWatch watch;
//   watch.Begin(now);
//   if (watch.IsTooSlow(now, timeout, moved, stream_moves)) return End();
//
// A transfer has one half of the timeout without a condition. In each further
// half its connection must transfer at least 16 KiB a second, and the stream
// itself at least one byte. A transfer of known size also has a deadline: the
// timeout plus the time of its bytes at 16 KiB a second.
class TransferWatch {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts a transfer.
  void Begin(Clock::time_point now);
  // Starts the transfer of a known number of bytes.
  void BeginSized(Clock::time_point now, std::chrono::milliseconds timeout,
                  uint64_t bytes);

  // Call it regularly. `connection` and `stream` are the bytes that the
  // connection and the stream have moved in the direction of the transfer.
  bool IsTooSlow(Clock::time_point now, std::chrono::milliseconds timeout,
                 uint64_t connection, uint64_t stream);

 private:
  Clock::time_point since_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool is_measured_ = false;
  uint64_t connection_ = 0;
  uint64_t stream_ = 0;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_TRANSFER_WATCH_H_
