// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_reader.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace tfs3::grpc {
namespace {

// The first memory of a longer message; it is doubled as the message arrives.
constexpr size_t kFirstCapacity = 1 << 20;
// The first memory of a message that the client cannot send further now.
constexpr size_t kHeldBackCapacity = 32 << 10;
// Memory is charged in steps of this size.
constexpr size_t kChargeStep = 64 << 10;

// In messages from this size on, the numbers are aligned.
constexpr size_t kMinAlignedBytes = 32 << 10;
// The alignment of the memory of TensorFlow's tensors.
constexpr size_t kAlignment = 64;

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
    if (!Reserve(bytes->substr(0, size))) {
      return State::kNoMemory;
    }
    std::memcpy(data_ + have_, bytes->data(), size);
    have_ += size;
    num_read_ += size;
    bytes->remove_prefix(size);
  }
  return have_ == size_ ? State::kMessage : State::kMore;
}

bool MessageReader::Reserve(std::string_view more) {
  const size_t needed = have_ + more.size();
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
    Grow(std::min<uint64_t>(size_, std::max(needed, least)), more);
  }
  return true;
}

void MessageReader::Grow(size_t capacity, std::string_view begin) {
  const bool is_aligned =
      size_ >= kMinAlignedBytes && find_numbers_ != nullptr && *find_numbers_;
  if (data_ == nullptr && is_aligned) {
    before_ = (kAlignment - (*find_numbers_)(begin) % kAlignment) % kAlignment;
  }
  const size_t total =
      (before_ + capacity + kAlignment - 1) / kAlignment * kAlignment;
  std::unique_ptr<char[], Free> grown(
      static_cast<char*>(is_aligned ? std::aligned_alloc(kAlignment, total)
                                    : std::malloc(capacity)));
  if (grown == nullptr) {
    throw std::bad_alloc();
  }
  char* const data = grown.get() + before_;
  if (have_ > 0) {
    std::memcpy(data, data_, have_);
  }
  buffer_ = std::move(grown);
  data_ = data;
  capacity_ = capacity;
}

std::shared_ptr<const void> MessageReader::Share() {
  if (buffer_ != nullptr) {
    shared_ = std::shared_ptr<char[]>(std::move(buffer_));
  }
  return shared_;
}

void MessageReader::Next() {
  charge_.Shrink(static_cast<int64_t>(charged_));
  charged_ = 0;
  buffer_.reset();
  shared_.reset();
  data_ = nullptr;
  before_ = 0;
  capacity_ = 0;
  have_ = 0;
  size_ = 0;
  head_have_ = 0;
}

}  // namespace tfs3::grpc
