// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/output_queue.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tfs3::net::http2 {
namespace {

// Copied bytes that were consumed are dropped when they are so many.
constexpr size_t kMaxConsumed = 64 << 10;
// An empty queue keeps so much memory for the next bytes.
constexpr size_t kMaxKept = 256 << 10;

}  // namespace

void OutputQueue::Append(std::string_view bytes) {
  if (pieces_.size() > first_ && pieces_.back().data == nullptr) {
    pieces_.back().size += bytes.size();
  } else {
    pieces_.push_back({nullptr, small_base_ + small_.size(), bytes.size()});
  }
  small_.append(bytes);
  appended_ += bytes.size();
}

void OutputQueue::AppendView(std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  pieces_.push_back({bytes.data(), 0, bytes.size()});
  appended_ += bytes.size();
}

void OutputQueue::Retain(std::string data, std::unique_ptr<Retained> object) {
  if (empty()) {
    return;  // Destroys them.
  }
  owners_.push_back({appended_, std::move(data), std::move(object)});
}

size_t OutputQueue::Peek(iovec* parts, size_t max_parts) const {
  size_t count = 0;
  for (size_t i = first_; i < pieces_.size() && count < max_parts; ++i) {
    parts[count++] = {const_cast<char*>(DataOf(pieces_[i])), pieces_[i].size};
  }
  return count;
}

size_t OutputQueue::Copy(char* to, size_t size) const {
  size_t copied = 0;
  for (size_t i = first_; i < pieces_.size() && copied < size; ++i) {
    const size_t part = std::min(size - copied, pieces_[i].size);
    std::memcpy(to + copied, DataOf(pieces_[i]), part);
    copied += part;
  }
  return copied;
}

void OutputQueue::Consume(size_t size) {
  consumed_ += size;
  while (size > 0) {
    Piece& piece = pieces_[first_];
    const size_t part = std::min(size, piece.size);
    piece.size -= part;
    if (piece.data != nullptr) {
      piece.data += part;
    } else {
      piece.offset += part;
    }
    size -= part;
    if (piece.size == 0) {
      ++first_;
    }
  }
  DropConsumed();
}

void OutputQueue::DropConsumed() {
  size_t done = 0;
  while (done < owners_.size() && owners_[done].end <= consumed_) {
    ++done;
  }
  owners_.erase(owners_.begin(),
                owners_.begin() + static_cast<std::ptrdiff_t>(done));
  if (empty()) {
    small_base_ += small_.size();
    small_.clear();
    pieces_.clear();
    first_ = 0;
    if (small_.capacity() > kMaxKept) {
      Shrink();
    }
    return;
  }
  const Piece& next = pieces_[first_];
  const uint64_t unused = next.data == nullptr ? next.offset - small_base_ : 0;
  if (first_ < kMaxConsumed / sizeof(Piece) && unused < kMaxConsumed) {
    return;
  }
  pieces_.erase(pieces_.begin(),
                pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  for (const Piece& piece : pieces_) {
    if (piece.data == nullptr) {
      small_.erase(0, piece.offset - small_base_);
      small_base_ = piece.offset;
      return;
    }
  }
  small_base_ += small_.size();
  small_.clear();
}

void OutputQueue::Shrink() {
  if (!empty()) {
    return;
  }
  std::string().swap(small_);
  std::vector<Piece>().swap(pieces_);
  std::vector<Owner>().swap(owners_);
}

}  // namespace tfs3::net::http2
