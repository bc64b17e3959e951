// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/object_writer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/writing/multipart_upload.h"

namespace tfs3 {
namespace s3 {

std::unique_ptr<ObjectWriter> ObjectWriter::New(Client* client,
                                                const S3Uri& uri) {
  return std::unique_ptr<ObjectWriter>(new ObjectWriter(client, uri));
}

Result<std::unique_ptr<ObjectWriter>> ObjectWriter::AtEndOf(
    Client* client, const S3Uri& uri, const ObjectInfo& existing) {
  std::unique_ptr<ObjectWriter> writer = New(client, uri);
  writer->size_ = existing.size;
  writer->changed_ = false;
  if (existing.size >= kMinPartBytes) {
    writer->base_ = existing;
  } else if (existing.size > 0) {
    writer->buffer_.resize(existing.size);
    Result<ObjectRange> got = client->GetObject(uri, 0, writer->buffer_.data(),
                                                existing.size, existing.etag);
    if (!got.ok()) {
      return got.status();
    }
    if (got->bytes != existing.size || got->object.size != existing.size) {
      return Status{TF_FAILED_PRECONDITION,
                    uri.ToString() +
                        ": the object was replaced while it was being opened"};
    }
  }
  return writer;
}

ObjectWriter::ObjectWriter(Client* client, const S3Uri& uri)
    : client_(client), uri_(uri) {}

Status ObjectWriter::Append(std::string_view bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  Status status = CheckUsable();
  if (!bytes.empty()) {
    changed_ = true;
  }
  while (status.ok() && !bytes.empty()) {
    const uint64_t part_bytes =
        PartBytes(upload_ == nullptr ? 1 : upload_->next_part());
    if (buffer_.size() >= part_bytes) {
      status = SendBuffer();
      continue;
    }
    const size_t taken =
        std::min<uint64_t>(bytes.size(), part_bytes - buffer_.size());
    // The second and later parts are usually full: reserve their memory at
    // once.
    if (upload_ != nullptr) {
      buffer_.reserve(part_bytes);
    }
    buffer_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    size_ += taken;
  }
  return status;
}

bool ObjectWriter::TryAppend(std::string_view bytes) {
  const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || closed_ || !failure_.ok() || !Fits(bytes.size()) ||
      (upload_ != nullptr && !upload_->status().ok())) {
    return false;
  }
  if (bytes.empty()) {
    return true;
  }
  changed_ = true;
  buffer_.append(bytes);
  size_ += bytes.size();
  return true;
}

bool ObjectWriter::settled() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return upload_ == nullptr &&
         (closed_ || !failure_.ok() || !changed_ || size_ == 0);
}

bool ObjectWriter::Fits(size_t bytes) const {
  const uint64_t part_bytes =
      PartBytes(upload_ == nullptr ? 1 : upload_->next_part());
  return buffer_.size() + bytes <= part_bytes;
}

uint64_t ObjectWriter::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return size_;
}

Status ObjectWriter::Flush() {
  std::lock_guard<std::mutex> lock(mutex_);
  return CheckUsable();
}

Status ObjectWriter::Sync() {
  std::lock_guard<std::mutex> lock(mutex_);
  const Status status = CheckUsable();
  return status.ok() ? Publish() : status;
}

Status ObjectWriter::Close() {
  std::lock_guard<std::mutex> lock(mutex_);
  Status status = CheckUsable();
  if (status.ok()) {
    status = Publish();
  }
  closed_ = true;
  buffer_ = std::string();
  return status;
}

Status ObjectWriter::Drop() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (closed_ || !failure_.ok() || !changed_ || size_ == 0) {
    return {};
  }
  closed_ = true;
  if (upload_ == nullptr && base_.size == 0 && size_ <= kMaxDroppedBytes) {
    return Publish();
  }
  return Fail({TF_FAILED_PRECONDITION,
               uri_.ToString() +
                   ": the file was released without Close; the bytes since it "
                   "was opened or last synced are discarded, because the file "
                   "has more than 64 KiB: close the file"});
}

Status ObjectWriter::CheckUsable() {
  if (!failure_.ok()) {
    return failure_;
  }
  if (closed_) {
    return {TF_FAILED_PRECONDITION, uri_.ToString() + ": the file is closed"};
  }
  if (upload_ != nullptr && !upload_->status().ok()) {
    return Fail(upload_->status());
  }
  return {};
}

Status ObjectWriter::Publish() {
  if (!changed_) {
    return {};
  }
  if (upload_ == nullptr && base_.size == 0) {
    const Status status = client_->PutObject(uri_, buffer_).status();
    if (!status.ok()) {
      return Fail(status);
    }
    // Keep the buffer: the next PUT sends it again.
    changed_ = false;
    return {};
  }
  Status status = buffer_.empty() ? Status() : SendBuffer();
  if (!status.ok()) {
    return status;
  }
  Result<std::string> etag = upload_->Complete();
  if (!etag.ok()) {
    return Fail(etag.status());
  }
  upload_.reset();
  base_.size = size_;
  base_.etag = *etag;
  changed_ = false;
  return {};
}

Status ObjectWriter::SendBuffer() {
  if (upload_ == nullptr) {
    upload_ = std::make_unique<BackgroundUpload>(client_, uri_, base_);
    base_ = ObjectInfo();
  }
  upload_->Send(std::move(buffer_));
  buffer_ = std::string();
  const Status status = upload_->status();
  return status.ok() ? status : Fail(status);
}

Status ObjectWriter::Fail(const Status& why) {
  failure_ = why;
  if (upload_ != nullptr) {
    const Status aborted = upload_->Abort();
    if (!aborted.ok()) {
      failure_.message += "; " + aborted.message;
    }
    upload_.reset();
  }
  buffer_ = std::string();
  return failure_;
}

}  // namespace s3
}  // namespace tfs3
