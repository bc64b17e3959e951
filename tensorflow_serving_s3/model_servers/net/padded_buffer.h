// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_PADDED_BUFFER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_PADDED_BUFFER_H_

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::net {

// A growing byte buffer that is always followed by kPadding readable zero
// bytes. So a parser can load whole vector registers at its end without a copy.
//
//   PaddedBuffer body;
//   char* tail = body.Prepare(n);    // Room for n bytes.
//   body.Commit(read(fd, tail, n));  // The number of bytes that arrived.
//   Parse(body.view());
//
// Movable, not copyable, not thread-safe. Grows geometrically. Views and
// pointers are valid until the next Reserve, Prepare, Append or Clear. Throws
// std::bad_alloc if there is no memory, and RequestMemoryExceeded if the memory
// budget has no room.
class PaddedBuffer {
 public:
  static constexpr size_t kPadding = 64;

  PaddedBuffer() = default;
  explicit PaddedBuffer(std::string_view text) { Append(text); }
  // Charges the capacity to `charge`, which must outlive the buffer.
  explicit PaddedBuffer(RequestMemory::Charge* charge) : charge_(charge) {}
  PaddedBuffer(PaddedBuffer&& other) noexcept
      : charge_(std::exchange(other.charge_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  PaddedBuffer& operator=(PaddedBuffer&& other) noexcept {
    std::swap(charge_, other.charge_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~PaddedBuffer() { Free(); }

  // Returns the charge of the request; may be null.
  RequestMemory::Charge* charge() const { return charge_; }

  // Never null.
  const char* data() const { return data_ == nullptr ? kNothing : data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data(), size_}; }
  // The number of bytes that fit without a reallocation.
  size_t capacity() const { return capacity_; }

  // Makes room for `capacity` bytes in total.
  void Reserve(size_t capacity) {
    if (capacity > capacity_) {
      Reallocate(capacity);
    }
  }

  // Returns room for `n` bytes at the end. Commit adds the bytes written there.
  char* Prepare(size_t n) {
    if (n > capacity_ - size_) {
      Reallocate(std::max(size_ + n, capacity_ + capacity_ / 2));
    }
    return data_ + size_;
  }

  // Adds the first `n` bytes of the room that Prepare returned.
  void Commit(size_t n) {
    size_ += n;
    if (data_ != nullptr) {
      std::memset(data_ + size_, 0, kPadding);
    }
  }

  void Append(std::string_view text) {
    if (text.empty()) {
      return;
    }
    std::memcpy(Prepare(text.size()), text.data(), text.size());
    Commit(text.size());
  }

  // Removes all bytes. Frees the memory if the capacity is above
  // `keep_capacity`.
  void Clear(size_t keep_capacity) {
    if (capacity_ > keep_capacity) {
      Free();
    }
    size_ = 0;
    Commit(0);
  }

 private:
  void Reallocate(size_t capacity) {
    if (charge_ != nullptr) {
      charge_->Grow(static_cast<int64_t>(capacity - capacity_));
    }
    char* const grown = Resize(capacity);
    if (grown == nullptr) {
      if (charge_ != nullptr) {
        charge_->Shrink(static_cast<int64_t>(capacity - capacity_));
      }
      throw std::bad_alloc();
    }
    data_ = grown;
    capacity_ = capacity;
    Commit(0);
  }

  // Returns a block of `capacity` bytes with the current bytes, or null if
  // there is no memory. mremap moves the pages of large blocks; a copy would
  // need twice the memory for a moment.
  char* Resize(size_t capacity) {
    if (capacity < kMappedBytes) {
      return static_cast<char*>(std::realloc(data_, capacity + kPadding));
    }
    if (capacity_ >= kMappedBytes) {
      void* const grown = mremap(data_, capacity_ + kPadding,
                                 capacity + kPadding, MREMAP_MAYMOVE);
      return grown == MAP_FAILED ? nullptr : static_cast<char*>(grown);
    }
    void* const mapped =
        mmap(nullptr, capacity + kPadding, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
      return nullptr;
    }
    if (data_ != nullptr) {
      std::memcpy(mapped, data_, size_);
      std::free(data_);
    }
    return static_cast<char*>(mapped);
  }

  void Free() {
    char* const data = std::exchange(data_, nullptr);
    if (capacity_ >= kMappedBytes) {
      munmap(data, capacity_ + kPadding);
    } else {
      std::free(data);
    }
    const size_t freed = std::exchange(capacity_, 0);
    if (charge_ != nullptr) {
      charge_->Shrink(static_cast<int64_t>(freed));
    }
  }

  // Blocks of at least this capacity are allocated by mmap.
  static constexpr size_t kMappedBytes = size_t{8} << 20;
  static constexpr char kNothing[kPadding] = {};

  RequestMemory::Charge* charge_ = nullptr;
  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_PADDED_BUFFER_H_
