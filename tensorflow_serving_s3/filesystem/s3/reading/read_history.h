// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Remembers the bytes that a reader has received, to decide whether another
// version of the file begins with them.
//
//   ReadHistory history;
//   history.Record(0, buffer, size);
//   std::optional<ReadHistory::Prefix> prefix = history.prefix();
//   if (prefix.has_value()) ...  // the reader has received the first
//                                // prefix->size bytes, of this checksum
//
// Uses at most 16 KiB. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_HISTORY_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace tfs3 {
namespace s3 {

class ReadHistory {
 public:
  static constexpr size_t kSampleBytes = size_t{16} << 10;
  static constexpr uint64_t kMaxPrefixBytes = uint64_t{256} << 20;

  struct Prefix {
    uint64_t size = 0;
    uint64_t crc64 = 0;  // See ExtendCrc64 in object_checksum.h.
  };

  // Adjacent bytes and their offset in the file.
  struct Sample {
    uint64_t offset = 0;
    std::string bytes;
  };

  // Records bytes that the reader has received.
  void Record(uint64_t offset, const char* bytes, size_t size);

  // Returns nullopt if the reader skipped bytes or read beyond kMaxPrefixBytes.
  std::optional<Prefix> prefix() const;

  // Returns the last received bytes, at most kSampleBytes.
  Sample last() const;

  // Copies bytes from last(). Returns false if it does not contain all of them.
  bool CopyFromLast(uint64_t offset, char* buffer, size_t size) const;

 private:
  void ExtendLast(uint64_t offset, const char* bytes, size_t size);

  mutable std::mutex mutex_;
  bool has_prefix_ = true;
  Prefix prefix_;
  Sample last_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_READ_HISTORY_H_
