// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/multipart_upload.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/parallel.h"
#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/upload_limits.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxParts = 10000;
constexpr uint64_t kFirstPartBytes = uint64_t{8} << 20;
// Parts with the size of the first: some stores require parts of equal size.
constexpr size_t kEqualParts = 1000;
// After each group of this size, parts grow by the size of the first part.
constexpr size_t kPartsOfASize = 60;
// Leaves parts for the bytes after a copy.
constexpr size_t kMaxSections = 9000;
constexpr size_t kMaxParallelCopies = 16;

}  // namespace

uint64_t PartBytes(size_t part_number) {
  if (part_number <= kEqualParts) {
    return kFirstPartBytes;
  }
  return kFirstPartBytes *
         (1 + (part_number - kEqualParts - 1) / kPartsOfASize);
}

Result<std::unique_ptr<MultipartUpload>> MultipartUpload::Begin(
    Client* client, const S3Uri& uri, const Metadata& metadata) {
  Result<std::string> id = client->CreateMultipartUpload(uri, metadata);
  if (!id.ok()) {
    return id.status();
  }
  return std::unique_ptr<MultipartUpload>(
      new MultipartUpload(client, uri, metadata, *std::move(id)));
}

MultipartUpload::MultipartUpload(Client* client, const S3Uri& uri,
                                 const Metadata& metadata, std::string id)
    : client_(client), uri_(uri), metadata_(metadata), id_(std::move(id)) {}

MultipartUpload::~MultipartUpload() {
  // A caller that needs the status calls Abort itself.
  if (!ended_) {
    Abort();
  }
}

void MultipartUpload::Send(std::string bytes) {
  Join(/*all=*/false);
  UploadMemory().Acquire(bytes.size());
  SendReserved(std::move(bytes));
}

size_t MultipartUpload::AddPart() {
  const size_t part = next_part();
  std::lock_guard<std::mutex> lock(mutex_);
  etags_.emplace_back();
  if (part > kMaxParts && failure_.ok()) {
    failure_ = {TF_OUT_OF_RANGE,
                uri_.ToString() +
                    " exceeds the maximum size of an S3 object: it has more "
                    "than 10,000 parts"};
  }
  return part;
}

void MultipartUpload::SendReserved(std::string bytes) {
  Join(/*all=*/false);
  const size_t part = AddPart();
  sending_.emplace_back();
  Sending& sending = sending_.back();
  sending.bytes = std::move(bytes);
  try {
    sending.thread =
        std::thread([this, &sending, part] { SendOnThread(sending, part); });
  } catch (const std::system_error&) {
    // The system cannot start another thread.
    SendOnThread(sending, part);
  }
}

void MultipartUpload::SendOnThread(Sending& sending, size_t part) {
  if (status().ok()) {
    RecordPart(part, client_->UploadPart(uri_, id_, static_cast<int>(part),
                                         sending.bytes, &cancellation_));
  }
  const size_t bytes = sending.bytes.size();
  sending.bytes = std::string();
  UploadMemory().Release(bytes);
  std::lock_guard<std::mutex> lock(mutex_);
  sending.done = true;
}

Status MultipartUpload::Copy(const S3Uri& from, const ObjectInfo& info,
                             uint64_t section_bytes) {
  const Status status = CopyOnStore(from, info, section_bytes);
  if (status.code != TF_UNIMPLEMENTED) {
    return status;
  }
  return CopyThroughClient(from, info);
}

Status MultipartUpload::CopyOnStore(const S3Uri& from, const ObjectInfo& info,
                                    uint64_t section_bytes) {
  // Sections of equal size: a small last section could not be followed by other
  // parts.
  const uint64_t most =
      std::max(section_bytes, (info.size + kMaxSections - 1) / kMaxSections);
  const uint64_t count = (info.size + most - 1) / most;
  const uint64_t section = (info.size + count - 1) / count;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    etags_.resize(count);
  }
  return ForEachInParallel(count, kMaxParallelCopies, [&](size_t i) {
    const Semaphore::Hold slot(&CopySlots());
    const uint64_t offset = i * section;
    Result<std::string> etag = client_->UploadPartCopy(
        from, offset, std::min(section, info.size - offset), info.etag, uri_,
        id_, static_cast<int>(i + 1));
    RecordPart(i + 1, etag);
    return etag.status();
  });
}

Status MultipartUpload::CopyThroughClient(const S3Uri& from,
                                          const ObjectInfo& info) {
  // Some stores keep the empty part that they stored instead of a copy.
  Status status = client_->AbortMultipartUpload(uri_, id_);
  if (!status.ok()) {
    return status;
  }
  Result<std::string> id = client_->CreateMultipartUpload(uri_, metadata_);
  if (!id.ok()) {
    return id.status();
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    id_ = *std::move(id);
    etags_.clear();
    failure_ = Status();
  }
  // Sections of equal size, see CopyOnStore.
  const uint64_t count =
      std::clamp<uint64_t>(info.size / kFirstPartBytes, 1, kMaxSections);
  const uint64_t section = (info.size + count - 1) / count;
  std::string etag = info.etag;
  for (uint64_t offset = 0; offset < info.size && status.ok();) {
    std::string bytes(std::min(section, info.size - offset), '\0');
    Result<ObjectRange> got = client_->GetObject(
        from, offset, bytes.data(), bytes.size(), etag, &cancellation_);
    if (!got.ok()) {
      return got.status();
    }
    // Some stores send no ETags in listings.
    if (etag.empty()) {
      etag = got->object.etag;
    }
    if (got->bytes != bytes.size() || got->object.size != info.size) {
      return {TF_FAILED_PRECONDITION,
              from.ToString() + ": the object was replaced during the copy"};
    }
    offset += bytes.size();
    // Must not wait for memory: its holders may wait for this copy.
    if (UploadMemory().TryAcquire(bytes.size())) {
      SendReserved(std::move(bytes));
    } else {
      const size_t part = AddPart();
      RecordPart(part, client_->UploadPart(uri_, id_, static_cast<int>(part),
                                           bytes, &cancellation_));
    }
    status = this->status();
  }
  return status;
}

Status MultipartUpload::status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

Result<std::string> MultipartUpload::Complete() {
  Join(/*all=*/true);
  if (!status().ok()) {
    return status();
  }
  Result<std::string> etag =
      client_->CompleteMultipartUpload(uri_, id_, etags_);
  if (etag.ok()) {
    ended_ = true;
  } else {
    RecordPart(0, etag);
  }
  return etag;
}

Status MultipartUpload::Abort() {
  cancellation_.Cancel();
  Join(/*all=*/true);
  ended_ = true;
  const Status status = client_->AbortMultipartUpload(uri_, id_);
  if (status.ok()) {
    return {};
  }
  return {status.code,
          "the upload " + id_ +
              " could not be aborted; the store keeps its parts, at your cost, "
              "until a lifecycle rule of the bucket aborts it "
              "(AbortIncompleteMultipartUpload): " +
              status.message};
}

void MultipartUpload::Join(bool all) {
  for (auto it = sending_.begin(); it != sending_.end();) {
    if (!all) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!it->done) {
        ++it;
        continue;
      }
    }
    if (it->thread.joinable()) {
      it->thread.join();
    }
    it = sending_.erase(it);
  }
}

void MultipartUpload::RecordPart(size_t part, const Result<std::string>& etag) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (etag.ok()) {
    etags_[part - 1] = *etag;
  } else if (failure_.ok()) {
    failure_ = etag.status();
  }
}

}  // namespace s3
}  // namespace tfs3
