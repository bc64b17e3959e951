// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace tfs3::grpc {
namespace {

constexpr uint64_t kFirstBytes = 4 << 10;

// Resizes `bytes` to `size`. Charges `part` for the old and the new bytes while
// both exist.
void Resize(size_t size, RequestMemory::Part* part, std::string* bytes) {
  const int64_t before = part->bytes();
  part->Grow(static_cast<int64_t>(size));
  bytes->resize(size);
  part->Shrink(before);
}

}  // namespace

Inflated Inflate(const std::vector<Slice>& message, const InflateLimits& limits,
                 RequestMemory::Charge* charge) {
  std::vector<std::string_view> parts;
  uint64_t length = 0;
  for (const Slice& slice : message) {
    parts.emplace_back(slice.data, slice.size);
    length += slice.size;
  }
  const InflateBound bound = BoundOf(length, limits);
  RequestMemory::Part part(charge);
  Inflater inflater(Inflater::Format::kGzipOrZlib, std::move(parts));
  Inflated inflated;
  std::string& bytes = inflated.bytes;
  uint64_t used = 0;
  Inflater::Result result;
  while (result.state == Inflater::State::kMore) {
    if (used > bound.max_bytes) {
      return {bound.error, ""};
    }
    if (used == bytes.size()) {
      // One byte above the bound shows that the message exceeds it.
      const uint64_t doubled = std::max(kFirstBytes, 2 * used);
      Resize(doubled < bound.max_bytes ? doubled : bound.max_bytes + 1, &part,
             &bytes);
    }
    result = inflater.Read(bytes.data() + used, bytes.size() - used);
    used += result.size;
  }
  if (result.state == Inflater::State::kInvalid) {
    return {InflateError::kInvalid, ""};
  }
  if (used > bound.max_bytes) {
    return {bound.error, ""};
  }
  bytes.resize(used);
  part.Keep();
  return inflated;
}

}  // namespace tfs3::grpc
