// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/inflater.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace tfs3 {
namespace {

// The windowBits arguments of inflateInit2: the largest window, with a flag for
// the format.
constexpr int kGzipWindow = 15 + 16;
constexpr int kGzipOrZlibWindow = 15 + 32;

// z_stream counts bytes in 32 bits.
constexpr size_t kMaxStepBytes = size_t{1} << 30;

}  // namespace

InflateBound BoundOf(uint64_t compressed_bytes, const InflateLimits& limits) {
  constexpr uint64_t kAny = std::numeric_limits<uint64_t>::max();
  if (limits.max_ratio > 0 && compressed_bytes <= kAny / limits.max_ratio) {
    const uint64_t by_ratio =
        std::max(kFreeInflatedBytes, compressed_bytes * limits.max_ratio);
    if (by_ratio < limits.max_bytes) {
      return {by_ratio, InflateError::kRatioTooHigh};
    }
  }
  return {limits.max_bytes, InflateError::kTooLong};
}

Inflater::Inflater(Format format, std::vector<std::string_view> parts)
    : format_(format), parts_(std::move(parts)) {
  const int window = format == Format::kGzip ? kGzipWindow : kGzipOrZlibWindow;
  if (inflateInit2(&stream_, window) != Z_OK) {
    throw std::bad_alloc();
  }
}

Inflater::Inflater(const Inflater& other)
    : format_(other.format_),
      parts_(other.parts_),
      next_(other.next_),
      ended_(other.ended_) {
  if (inflateCopy(&stream_, const_cast<z_stream*>(&other.stream_)) != Z_OK) {
    throw std::bad_alloc();
  }
}

Inflater::Result Inflater::Read(char* to, size_t room) {
  room = std::min(room, kMaxStepBytes);
  stream_.next_out = reinterpret_cast<Bytef*>(to);
  stream_.avail_out = static_cast<uInt>(room);
  State state = State::kMore;
  while (stream_.avail_out > 0 && state == State::kMore) {
    state = Step();
  }
  return {state, room - stream_.avail_out};
}

void Inflater::Feed() {
  while (stream_.avail_in == 0 && next_ < parts_.size()) {
    std::string_view& part = parts_[next_];
    const size_t size = std::min(part.size(), kMaxStepBytes);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream_.avail_in = static_cast<uInt>(size);
    part.remove_prefix(size);
    if (part.empty()) {
      ++next_;
    }
  }
}

Inflater::State Inflater::Step() {
  Feed();
  if (ended_) {
    if (stream_.avail_in == 0) {
      return State::kEnd;
    }
    if (format_ != Format::kGzip) {
      return State::kInvalid;
    }
    ended_ = false;
    if (inflateReset(&stream_) != Z_OK) {
      return State::kInvalid;
    }
  }
  const int result = inflate(&stream_, Z_NO_FLUSH);
  if (result == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  ended_ = result == Z_STREAM_END;
  // Z_BUF_ERROR: the input ends before the member.
  return result == Z_OK || ended_ ? State::kMore : State::kInvalid;
}

}  // namespace tfs3
