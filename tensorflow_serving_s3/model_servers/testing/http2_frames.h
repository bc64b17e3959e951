// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_FRAMES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Frames of HTTP/2 (RFC 9113) for tests, with headers in HPACK (RFC 7541)
// without compression.
//
//   std::string bytes = kPreface + Frame(kSettings, 0, 0, "") +
//                       HeadersFrame(1, GrpcHeaders("/test.Test/Call"));
//   for (const FrameView& frame : FramesIn(received)) { ... }
namespace tfs3::http2_frames {

enum FrameType : uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};

inline constexpr uint8_t kEndStream = 1;
inline constexpr uint8_t kAck = 1;
inline constexpr uint8_t kEndHeaders = 4;

inline const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Returns the last `bytes` bytes of a number, the highest first.
inline std::string BigEndian(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text += static_cast<char>(number >> (8 * i));
  }
  return text;
}

inline std::string Frame(uint8_t type, uint8_t flags, uint32_t stream,
                         std::string_view payload) {
  return BigEndian(payload.size(), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + BigEndian(stream, 4) + std::string(payload);
}

// Returns an integer of RFC 7541, 5.1, with the bits of `first`.
inline std::string Integer(uint64_t value, int prefix_bits, uint8_t first = 0) {
  const uint64_t most = (uint64_t{1} << prefix_bits) - 1;
  if (value < most) {
    return std::string(1, static_cast<char>(first | value));
  }
  std::string text(1, static_cast<char>(first | most));
  for (value -= most; value >= 128; value /= 128) {
    text += static_cast<char>(value % 128 + 128);
  }
  return text + static_cast<char>(value);
}

inline std::string Text(std::string_view value) {
  return Integer(value.size(), 7) + std::string(value);
}

// Returns a header. `indexed`: it is added to the dynamic table, index 62.
inline std::string Literal(std::string_view name, std::string_view value,
                           bool indexed = false) {
  return (indexed ? "\x40" : std::string(1, '\0')) + Text(name) + Text(value);
}

// Returns the headers of a gRPC call.
inline std::string GrpcHeaders(std::string_view path) {
  return Literal(":method", "POST") + Literal(":scheme", "http") +
         Literal(":path", path) + Literal(":authority", "localhost") +
         Literal("content-type", "application/grpc") +
         Literal("te", "trailers");
}

inline std::string HeadersFrame(uint32_t stream, std::string_view block,
                                uint8_t flags = kEndHeaders) {
  return Frame(kHeaders, flags, stream, block);
}

inline std::string ResetFrame(uint32_t stream) {
  constexpr uint32_t kCancel = 8;
  return Frame(kRstStream, 0, stream, BigEndian(kCancel, 4));
}

inline std::string SettingsFrame(uint16_t id, uint32_t value) {
  return Frame(kSettings, 0, 0, BigEndian(id, 2) + BigEndian(value, 4));
}

inline std::string WindowUpdateFrame(uint32_t stream, uint32_t bytes) {
  return Frame(kWindowUpdate, 0, stream, BigEndian(bytes, 4));
}

// Returns a message of gRPC.
inline std::string Message(std::string_view bytes) {
  return std::string(1, '\0') + BigEndian(bytes.size(), 4) + std::string(bytes);
}

struct FrameView {
  uint8_t type;
  uint8_t flags;
  uint32_t stream;
  std::string_view payload;
};

// Returns the complete frames in bytes of a server.
inline std::vector<FrameView> FramesIn(std::string_view bytes) {
  constexpr size_t kHeadBytes = 9;
  const auto number = [](std::string_view text) {
    uint32_t value = 0;
    for (const char c : text) {
      value = value << 8 | static_cast<uint8_t>(c);
    }
    return value;
  };
  std::vector<FrameView> frames;
  while (bytes.size() >= kHeadBytes) {
    const size_t size = number(bytes.substr(0, 3));
    if (bytes.size() < kHeadBytes + size) {
      break;
    }
    frames.push_back(
        {static_cast<uint8_t>(bytes[3]), static_cast<uint8_t>(bytes[4]),
         number(bytes.substr(5, 4)), bytes.substr(kHeadBytes, size)});
    bytes.remove_prefix(kHeadBytes + size);
  }
  return frames;
}

inline size_t CountOf(uint8_t type, std::string_view bytes) {
  size_t count = 0;
  for (const FrameView& frame : FramesIn(bytes)) {
    count += frame.type == type ? 1 : 0;
  }
  return count;
}

}  // namespace tfs3::http2_frames

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_FRAMES_H_
