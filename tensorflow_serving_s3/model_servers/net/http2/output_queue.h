// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_OUTPUT_QUEUE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_OUTPUT_QUEUE_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tfs3::net::http2 {

// An object that must live until the bytes of a response are sent, such as its
// charge of a memory budget.
class Retained {
 public:
  virtual ~Retained() = default;
};

// The bytes that wait for the socket of one connection.
//
//   OutputQueue queue;
//   queue.Append(frame);             // copied
//   queue.AppendView(body);          // not copied
//   queue.Retain(std::move(body_owner), nullptr);
//   iovec parts[64];
//   size_t count = queue.Peek(parts, 64);
//   queue.Consume(sent);
class OutputQueue {
 public:
  OutputQueue() = default;
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  // Returns the number of bytes.
  size_t size() const { return appended_ - consumed_; }
  bool empty() const { return size() == 0; }
  // Returns the number of bytes that were consumed so far.
  uint64_t consumed() const { return consumed_; }

  void Append(std::string_view bytes);
  // Adds bytes of an object that the caller passes to Retain before it would
  // be destroyed.
  void AppendView(std::string_view bytes);
  // Keeps the objects until all bytes that are in the queue now are consumed.
  void Retain(std::string data, std::unique_ptr<Retained> object);

  // Sets `parts` to the first bytes. Returns the number of parts.
  size_t Peek(iovec* parts, size_t max_parts) const;
  // Copies up to `size` of the first bytes. Returns their number.
  size_t Copy(char* to, size_t size) const;
  void Consume(size_t size);

  // Frees unused memory.
  void Shrink();

 private:
  struct Piece {
    // Null: bytes of small_.
    const char* data;
    // For bytes of small_: their position in all bytes that were copied.
    uint64_t offset;
    size_t size;
  };
  struct Owner {
    uint64_t end;  // The value of appended_ at which it may be destroyed.
    std::string data;
    std::unique_ptr<Retained> object;
  };

  const char* DataOf(const Piece& piece) const {
    return piece.data != nullptr ? piece.data
                                 : small_.data() + (piece.offset - small_base_);
  }
  void DropConsumed();

  std::string small_;
  uint64_t small_base_ = 0;  // The position of small_[0].
  std::vector<Piece> pieces_;
  size_t first_ = 0;
  std::vector<Owner> owners_;
  uint64_t appended_ = 0;
  uint64_t consumed_ = 0;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_OUTPUT_QUEUE_H_
