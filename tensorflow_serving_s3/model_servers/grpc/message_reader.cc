// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_reader.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace tfs3::grpc {
namespace {

// The first memory of a longer message; it is doubled as the message arrives.
constexpr size_t kFirstCapacity = 1 << 20;
// The first memory of a message that the client cannot send further now.
constexpr size_t kHeldBackCapacity = 32 << 10;
// Memory is charged in steps of this size.
constexpr size_t kChargeStep = 64 << 10;

}  // namespace

MessageReader::State MessageReader::Read(std::string_view* bytes) {
  if (head_have_ < kHeadBytes) {
    const size_t size = std::min(kHeadBytes - head_have_, bytes->size());
    std::memcpy(head_ + head_have_, bytes->data(), size);
    head_have_ += size;
    num_read_ += size;
    bytes->remove_prefix(size);
    if (head_have_ < kHeadBytes) {
      return State::kMore;
    }
    size_ = uint64_t{head_[1]} << 24 | uint64_t{head_[2]} << 16 |
            uint64_t{head_[3]} << 8 | head_[4];
    if (head_[0] > 1) {
      return State::kInvalid;
    }
    if (size_ > max_bytes_) {
      return State::kTooLong;
    }
  }
  const size_t size = std::min<uint64_t>(size_ - have_, bytes->size());
  if (size > 0) {
    if (!Reserve(size)) {
      return State::kNoMemory;
    }
    std::memcpy(buffer_.get() + have_, bytes->data(), size);
    have_ += size;
    num_read_ += size;
    bytes->remove_prefix(size);
  }
  return have_ == size_ ? State::kMessage : State::kMore;
}

bool MessageReader::Reserve(size_t more) {
  const size_t needed = have_ + more;
  if (needed > charged_) {
    const size_t step = (needed + kChargeStep - 1) / kChargeStep * kChargeStep;
    const size_t total = std::min<uint64_t>(step, size_);
    if (!charge_.TryGrow(static_cast<int64_t>(total - charged_))) {
      return false;
    }
    charged_ = total;
  }
  if (needed > capacity_) {
    const size_t least = is_held_back_ && capacity_ == 0
                             ? kHeldBackCapacity
                             : std::max(kFirstCapacity, 2 * capacity_);
    const size_t capacity = std::min<uint64_t>(size_, std::max(needed, least));
    auto* const grown =
        static_cast<char*>(std::realloc(buffer_.get(), capacity));
    if (grown == nullptr) {
      throw std::bad_alloc();
    }
    (void)buffer_.release();
    buffer_.reset(grown);
    capacity_ = capacity;
  }
  return true;
}

void MessageReader::Next() {
  charge_.Shrink(static_cast<int64_t>(charged_));
  charged_ = 0;
  buffer_.reset();
  capacity_ = 0;
  have_ = 0;
  size_ = 0;
  head_have_ = 0;
}

}  // namespace tfs3::grpc
