// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_READER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_READER_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::grpc {

// Reads the messages of one call from the bytes of its stream: a byte that
// tells whether the message is compressed, four bytes with its length, and the
// message.
//
//   MessageReader reader(max_bytes, &charge);
//   while (!bytes.empty()) {
//     if (reader.Read(&bytes) == MessageReader::State::kMessage) {
//       Use(reader.message());
//       reader.Next();
//     }
//   }
//
// Memory is charged for the bytes that have arrived, not for those that the
// client announces.
class MessageReader {
 public:
  enum class State : uint8_t {
    kMore,
    kMessage,
    // The following end the call.
    kTooLong,
    kNoMemory,
    kInvalid,  // The first byte is neither 0 nor 1.
  };

  // See ServerOptions::find_numbers.
  using FindNumbers = std::function<size_t(std::string_view begin)>;

  // `charge` and `find_numbers` must outlive this object. `find_numbers` may be
  // null or empty.
  MessageReader(uint64_t max_bytes, RequestMemory::Charge* charge,
                const FindNumbers* find_numbers = nullptr)
      : max_bytes_(max_bytes), charge_(*charge), find_numbers_(find_numbers) {}

  // Reads from `bytes` up to the end of the message, and removes what it has
  // read. Throws std::bad_alloc.
  State Read(std::string_view* bytes);

  // Returns the message; valid until Next.
  std::string_view message() const { return {data_, have_}; }
  // Returns an owner of the memory of the message: the bytes are valid until
  // the last owner is destroyed. Not before the whole message was read.
  std::shared_ptr<const void> Share();
  bool is_compressed() const { return head_[0] == 1; }
  // Sets whether the client will send only the begin of the message for now.
  void set_held_back(bool is_held_back) { is_held_back_ = is_held_back; }
  // Starts the next message and frees this one.
  void Next();

  // Returns true if the rest of a message is missing.
  bool is_unfinished() const {
    return head_have_ > 0 && (head_have_ < kHeadBytes || have_ < size_);
  }
  uint64_t max_bytes() const { return max_bytes_; }
  // Returns the length of the message that is read; 0 before it is known.
  uint64_t size() const { return size_; }
  // Returns the number of bytes that were read of all messages.
  uint64_t num_read() const { return num_read_; }

 private:
  static constexpr size_t kHeadBytes = 5;

  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  // Makes room for `more`, the next bytes. Returns false if the budget has
  // none.
  bool Reserve(std::string_view more);
  // Moves the message to memory for `capacity` bytes. If it has none yet,
  // `begin` is its first bytes.
  void Grow(size_t capacity, std::string_view begin);

  const uint64_t max_bytes_;
  RequestMemory::Charge& charge_;
  const FindNumbers* const find_numbers_;
  uint8_t head_[kHeadBytes] = {};
  size_t head_have_ = 0;
  uint64_t size_ = 0;
  // One of them has the memory.
  std::unique_ptr<char[], Free> buffer_;
  std::shared_ptr<const void> shared_;
  // The message begins after before_ bytes of it, and may have capacity_ bytes.
  size_t before_ = 0;
  char* data_ = nullptr;
  size_t capacity_ = 0;
  size_t charged_ = 0;
  size_t have_ = 0;
  uint64_t num_read_ = 0;
  bool is_held_back_ = false;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_READER_H_
