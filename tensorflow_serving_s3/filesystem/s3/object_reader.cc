// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/object_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace tfs3 {
namespace s3 {

Result<std::unique_ptr<ObjectReader>> ObjectReader::Open(Client* client,
                                                         const S3Uri& uri) {
  std::unique_ptr<ObjectReader> reader(new ObjectReader(client, uri));
  // Not initialised on purpose: pages that nothing is read into cost nothing.
  reader->window_.reset(new char[kWindowBytes]);
  Result<ObjectRange> first = client->GetObject(uri, 0, reader->window_.get(),
                                                kWindowBytes, /*if_match=*/"");
  if (!first.ok()) return first.status();
  reader->info_ = first->object;
  reader->window_size_ = first->bytes;
  return reader;
}

ObjectReader::ObjectReader(Client* client, const S3Uri& uri)
    : client_(client), uri_(uri) {}

Result<size_t> ObjectReader::Read(uint64_t offset, char* buffer, size_t size) {
  if (offset >= info_.size) return size_t{0};
  size = std::min<uint64_t>(size, info_.size - offset);
  size_t done = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    done = CopyFromWindow(offset, buffer, size);
    // A checkpoint is read in the order of its tensors, with gaps at times.
    const bool forward = offset + done >= next_offset_ &&
                         offset + done - next_offset_ < kWindowBytes;
    next_offset_ = offset + size;
    if (done == size) return done;
    if (forward && size - done < kWindowBytes) {
      const Status status = FillWindow(offset + done);
      if (!status.ok()) return status;
      done += CopyFromWindow(offset + done, buffer + done, size - done);
      return done;
    }
  }
  Result<size_t> rest = Fetch(offset + done, buffer + done, size - done);
  if (!rest.ok()) return rest;
  return done + *rest;
}

size_t ObjectReader::CopyFromWindow(uint64_t offset, char* buffer,
                                    size_t size) const {
  if (offset < window_offset_ || offset >= window_offset_ + window_size_) {
    return 0;
  }
  const size_t begin = offset - window_offset_;
  const size_t bytes = std::min(size, window_size_ - begin);
  std::memcpy(buffer, window_.get() + begin, bytes);
  return bytes;
}

Status ObjectReader::FillWindow(uint64_t offset) {
  window_size_ = 0;
  const size_t wanted = std::min<uint64_t>(kWindowBytes, info_.size - offset);
  Result<size_t> bytes = Fetch(offset, window_.get(), wanted);
  if (!bytes.ok()) return bytes.status();
  window_offset_ = offset;
  window_size_ = *bytes;
  return {};
}

Result<size_t> ObjectReader::Fetch(uint64_t offset, char* buffer, size_t size) {
  Result<ObjectRange> range =
      client_->GetObject(uri_, offset, buffer, size, info_.etag);
  if (!range.ok()) return range.status();
  // Holds for a store without ETags as well.
  if (range->bytes != size || range->object.size != info_.size) {
    return Status{TF_FAILED_PRECONDITION,
                  uri_.ToString() + ": the object had " +
                      std::to_string(info_.size) +
                      " bytes when it was opened and has " +
                      std::to_string(range->object.size) +
                      " now: it was replaced while it was being read"};
  }
  return range->bytes;
}

}  // namespace s3
}  // namespace tfs3
