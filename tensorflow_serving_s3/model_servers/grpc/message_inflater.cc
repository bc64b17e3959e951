// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace tfs3::grpc {
namespace {

// zlib's way to say: the largest window, and gzip or zlib.
constexpr int kAnyWindow = 15 + 32;
constexpr size_t kFirstRoom = 4 << 10;

class Stream {
 public:
  Stream() {
    if (inflateInit2(&stream_, kAnyWindow) != Z_OK) throw std::bad_alloc();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&stream_); }

  z_stream* get() { return &stream_; }

 private:
  z_stream stream_ = {};
};

uint64_t LengthOf(const std::vector<Slice>& message) {
  uint64_t length = 0;
  for (const Slice& slice : message) length += slice.size;
  return length;
}

// The most that a message may become, and the error if it is more.
std::pair<uint64_t, InflateError> MostOf(uint64_t length,
                                         const InflateLimits& limits) {
  constexpr uint64_t kAny = std::numeric_limits<uint64_t>::max();
  uint64_t dense = kAny;
  if (limits.max_ratio > 0 && length <= kAny / limits.max_ratio) {
    dense = std::max(kFreeInflatedBytes, length * limits.max_ratio);
  }
  if (dense < limits.max_bytes) return {dense, InflateError::kTooDense};
  return {limits.max_bytes, InflateError::kTooLong};
}

// Has `bytes` have `size` bytes; the first `used` stay.
void Grow(size_t size, RequestMemory::Part* part, std::string* bytes) {
  const int64_t before = part->bytes();
  part->Grow(static_cast<int64_t>(size));
  bytes->resize(size);
  part->Shrink(before);
}

}  // namespace

bool MayBeCompressed(const std::vector<Slice>& message) {
  unsigned char start[2];
  size_t count = 0;
  for (const Slice& slice : message) {
    for (size_t i = 0; i < slice.size && count < 2; ++i) {
      start[count++] = static_cast<unsigned char>(slice.data[i]);
    }
    if (count == 2) break;
  }
  if (count < 2) return false;
  if (start[0] == 0x1f) return start[1] == 0x8b;
  return start[0] == 0x78 && (start[0] * 256 + start[1]) % 31 == 0;
}

Inflated Inflate(const std::vector<Slice>& message, const InflateLimits& limits,
                 RequestMemory::Charge* charge) {
  const auto [most, error_beyond] = MostOf(LengthOf(message), limits);
  RequestMemory::Part part(charge);
  Stream stream;
  z_stream& z = *stream.get();
  Inflated result;
  std::string& bytes = result.bytes;
  size_t used = 0;
  int state = Z_OK;
  for (const Slice& slice : message) {
    size_t taken = 0;
    while (taken < slice.size || z.avail_out == 0) {
      if (state == Z_STREAM_END) {
        // Bytes follow the end.
        if (taken == slice.size) break;
        return {InflateError::kNotCompressed, ""};
      }
      if (used == bytes.size()) {
        if (used > most) return {error_beyond, ""};
        // One more than the most tells whether there is more.
        const uint64_t doubled = std::max(kFirstRoom, 2 * used);
        const uint64_t room = doubled < most ? doubled : most + 1;
        Grow(room, &part, &bytes);
      }
      constexpr size_t kMostAtOnce = size_t{1} << 30;
      const size_t next = std::min(slice.size - taken, kMostAtOnce);
      const size_t room = std::min(bytes.size() - used, kMostAtOnce);
      z.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(slice.data + taken));
      z.avail_in = static_cast<uInt>(next);
      z.next_out = reinterpret_cast<Bytef*>(bytes.data() + used);
      z.avail_out = static_cast<uInt>(room);
      state = inflate(&z, Z_NO_FLUSH);
      if (state == Z_MEM_ERROR) throw std::bad_alloc();
      taken += next - z.avail_in;
      used += room - z.avail_out;
      if (state == Z_BUF_ERROR && taken == slice.size) break;
      if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) {
        return {InflateError::kNotCompressed, ""};
      }
    }
  }
  if (state != Z_STREAM_END) return {InflateError::kNotCompressed, ""};
  if (used > most) return {error_beyond, ""};
  bytes.resize(used);
  part.Keep();
  return result;
}

}  // namespace tfs3::grpc
