// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_INFLATER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_INFLATER_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tfs3 {

// Limits of the inflated size of a request.
struct InflateLimits {
  // In bytes.
  uint64_t max_bytes = 0;
  // The largest ratio of the inflated size to the compressed size, for inflated
  // sizes above kFreeInflatedBytes. 0: no limit.
  uint64_t max_ratio = 0;
};

// InflateLimits::max_ratio does not apply up to this size: such a request needs
// no more memory than an uncompressed one of the same size.
inline constexpr uint64_t kFreeInflatedBytes = uint64_t{64} << 20;

enum class InflateError : uint8_t {
  kNone,
  // The data has another format, is incomplete or has a wrong checksum.
  kInvalid,
  // InflateLimits::max_bytes is exceeded.
  kTooLong,
  // InflateLimits::max_ratio is exceeded.
  kRatioTooHigh,
};

// The largest inflated size of one request, and the error above it.
struct InflateBound {
  uint64_t max_bytes = 0;
  InflateError error = InflateError::kTooLong;
};

InflateBound BoundOf(uint64_t compressed_bytes, const InflateLimits& limits);

// Inflates a request in steps.
//
//   Inflater inflater(Inflater::Format::kGzip, {body});
//   Inflater::Result result = inflater.Read(buffer, sizeof(buffer));
//
// The destructor frees zlib's memory. Not thread-safe. Throws std::bad_alloc if
// zlib cannot allocate memory.
class Inflater {
 public:
  enum class Format : uint8_t {
    // One or more gzip members (RFC 1952); their contents are joined.
    kGzip,
    // One gzip member or one zlib stream (RFC 1950), with nothing after it.
    kGzipOrZlib,
  };

  enum class State : uint8_t { kMore, kEnd, kInvalid };

  struct Result {
    // kMore: the buffer is full. Call Read again.
    State state = State::kMore;
    // The bytes that were written.
    size_t size = 0;
  };

  // Reads `parts` in order. They must outlive the inflater.
  Inflater(Format format, std::vector<std::string_view> parts);
  // Makes an inflater that continues at the position of `other`.
  Inflater(const Inflater& other);
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  // Writes up to `room` bytes, at least 1, to `to`.
  Result Read(char* to, size_t room);

 private:
  // Gives the next bytes of parts_ to zlib if it has none left.
  void Feed();
  State Step();

  const Format format_;
  z_stream stream_ = {};
  std::vector<std::string_view> parts_;
  // parts_[next_] has the next bytes for zlib.
  size_t next_ = 0;
  bool ended_ = false;  // A gzip member or zlib stream has ended.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_INFLATER_H_
