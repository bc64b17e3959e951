// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_INPUT_GUARD_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_INPUT_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tfs3::net::http2 {

// Counts what a client sends beside requests, in the bytes of a connection
// before nghttp2 parses them.
//
//   InputGuard guard(max_header_block_bytes);
//   if (guard.Scan(bytes) != InputGuard::Verdict::kOk) return End();
//   guard.Credit(1024);     // a call was answered
//   guard.Refill(seconds);  // regularly
//
// A frame that is no part of a request costs its bytes plus kFrameCost:
// SETTINGS, PING, PRIORITY, WINDOW_UPDATE, RST_STREAM, frames of an unknown
// type and DATA frames of a few bytes. A client may spend kMaxNoise at a time,
// and kNoisePerSecond in the long run; its answered calls and the bytes of its
// responses give it more.
class InputGuard {
 public:
  static constexpr uint64_t kMaxNoise = 4 << 20;
  static constexpr uint64_t kNoisePerSecond = 16 << 10;
  static constexpr uint64_t kFrameCost = 64;

  enum class Verdict : uint8_t {
    kOk,
    // The compressed headers of one request are too long.
    kHeaderBlockTooLong,
    // Too many frames that are no part of a request.
    kFlood,
  };

  explicit InputGuard(size_t max_header_block_bytes)
      : max_header_block_bytes_(max_header_block_bytes) {}

  // Counts the next bytes of the connection.
  Verdict Scan(std::string_view bytes);

  void Credit(uint64_t bytes) { noise_ -= bytes < noise_ ? bytes : noise_; }
  void Refill(double seconds) {
    Credit(static_cast<uint64_t>(seconds * kNoisePerSecond));
  }

  // Returns true if the rest of a header block, of the preface or of a frame
  // other than DATA is missing.
  bool unfinished() const;
  // Returns the number of frames and of header blocks that are complete.
  uint64_t num_frames() const { return num_frames_; }

 private:
  static constexpr size_t kHeadBytes = 9;

  // Counts a frame whose head is complete.
  Verdict OnHead();

  const size_t max_header_block_bytes_;
  size_t preface_left_ = 24;
  uint8_t head_[kHeadBytes];
  size_t head_have_ = 0;
  size_t payload_left_ = 0;
  bool in_data_ = false;
  bool in_header_block_ = false;
  size_t header_block_bytes_ = 0;
  uint64_t noise_ = 0;
  uint64_t num_frames_ = 0;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_INPUT_GUARD_H_
