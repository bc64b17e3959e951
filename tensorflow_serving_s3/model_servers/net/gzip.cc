// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <memory>

namespace tfs3::net {
namespace {

using State = Inflater::State;

// The windowBits argument of deflateInit2: the largest window, in a gzip
// member.
constexpr int kGzipWindow = 15 + 16;

// z_stream counts bytes in 32 bits.
constexpr size_t kMaxTextBytes = size_t{1} << 30;

// The output that is inflated without measuring it first.
constexpr uint64_t kTrustedRatio = 16;
constexpr uint64_t kTrustedBytes = uint64_t{16} << 20;

constexpr size_t kChunk = 64 << 10;

struct Measured {
  State state = State::kMore;
  uint64_t bytes = 0;
};

// Counts the bytes that `inflater` has left; stops above `max_bytes`.
Measured Measure(Inflater inflater, uint64_t max_bytes) {
  const auto scratch = std::make_unique<char[]>(kChunk);
  Measured rest;
  while (rest.state == State::kMore && rest.bytes <= max_bytes) {
    const Inflater::Result result = inflater.Read(scratch.get(), kChunk);
    rest.state = result.state;
    rest.bytes += result.size;
  }
  return rest;
}

// Inflates until `out` has `size` bytes.
State Fill(uint64_t size, Inflater* inflater, PaddedBuffer* out) {
  State state = State::kMore;
  while (state == State::kMore && out->size() < size) {
    const size_t room = std::min<uint64_t>(
        size - out->size(), std::max(kChunk, out->capacity() - out->size()));
    const Inflater::Result result = inflater->Read(out->Prepare(room), room);
    out->Commit(result.size);
    state = result.state;
  }
  return state;
}

// Compresses texts one after the other. Each thread reuses one, because
// deflateInit2 takes longer than compressing a typical response.
class Deflater {
 public:
  Deflater() {
    constexpr int kDefaultMemoryLevel = 8;
    ready_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow,
                          kDefaultMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() {
    if (ready_) {
      deflateEnd(&stream_);
    }
  }

  // Compresses `text` to at most `max_bytes` bytes.
  std::optional<std::string> Deflate(std::string_view text, size_t max_bytes) {
    if (!ready_ || deflateReset(&stream_) != Z_OK) {
      return std::nullopt;
    }
    std::string out(max_bytes, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) {
      return std::nullopt;
    }
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_ = {};
  bool ready_ = false;
};

}  // namespace

InflateError Gunzip(std::string_view gzip, const InflateLimits& limits,
                    PaddedBuffer* out) {
  const InflateBound bound = BoundOf(gzip.size(), limits);
  const uint64_t trusted = std::max(kTrustedBytes, kTrustedRatio * gzip.size());
  Inflater inflater(Inflater::Format::kGzip, {gzip});
  State state = Fill(std::min(trusted, bound.max_bytes), &inflater, out);
  if (state == State::kMore) {
    const uint64_t max_left = bound.max_bytes - out->size();
    const Measured rest = Measure(inflater, max_left);
    state = rest.state;
    if (state != State::kInvalid && rest.bytes > max_left) {
      return bound.error;
    }
    if (state == State::kEnd && rest.bytes > 0) {
      out->Reserve(out->size() + rest.bytes);
      Fill(out->size() + rest.bytes, &inflater, out);
    }
  }
  return state == State::kEnd ? InflateError::kNone : InflateError::kInvalid;
}

std::optional<std::string> Gzip(std::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return std::nullopt;
  }
  thread_local Deflater deflater;
  return deflater.Deflate(text, text.size() - text.size() / 8);
}

}  // namespace tfs3::net
