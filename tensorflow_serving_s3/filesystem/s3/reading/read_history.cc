// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/read_history.h"

#include <algorithm>

#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"

namespace tfs3 {
namespace s3 {

void ReadHistory::Record(uint64_t offset, const char* bytes, size_t size) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (offset > prefix_.size || offset + size > kMaxPrefixBytes) {
    has_prefix_ = false;
  }
  if (has_prefix_ && offset + size > prefix_.size) {
    const size_t known = prefix_.size - offset;
    prefix_.crc64 = ExtendCrc64(prefix_.crc64, {bytes + known, size - known});
    prefix_.size = offset + size;
  }
  ExtendLast(offset, bytes, size);
}

std::optional<ReadHistory::Prefix> ReadHistory::prefix() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!has_prefix_) {
    return std::nullopt;
  }
  return prefix_;
}

ReadHistory::Sample ReadHistory::last() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_;
}

bool ReadHistory::CopyFromLast(uint64_t offset, char* buffer,
                               size_t size) const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (offset < last_.offset ||
      offset + size > last_.offset + last_.bytes.size()) {
    return false;
  }
  std::copy_n(last_.bytes.data() + (offset - last_.offset), size, buffer);
  return true;
}

void ReadHistory::ExtendLast(uint64_t offset, const char* bytes, size_t size) {
  if (size > kSampleBytes) {
    offset += size - kSampleBytes;
    bytes += size - kSampleBytes;
    size = kSampleBytes;
  }
  const uint64_t end = last_.offset + last_.bytes.size();
  if (offset >= last_.offset && offset + size <= end) {
    return;
  }
  if (offset != end) {
    last_ = {offset, std::string(bytes, size)};
    return;
  }
  last_.bytes.append(bytes, size);
  const size_t surplus =
      last_.bytes.size() - std::min(last_.bytes.size(), kSampleBytes);
  last_.bytes.erase(0, surplus);
  last_.offset += surplus;
}

}  // namespace s3
}  // namespace tfs3
