// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/background_upload.h"

#include <system_error>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/writing/upload_limits.h"

namespace tfs3 {
namespace s3 {

BackgroundUpload::BackgroundUpload(Client* client, const S3Uri& uri,
                                   const ObjectInfo& base)
    : client_(client),
      uri_(uri),
      base_(base),
      next_part_(1 + base.size / MultipartUpload::kSectionBytes) {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error&) {
    has_thread_ = false;
  }
}

BackgroundUpload::~BackgroundUpload() {
  // A caller that needs the status calls Abort itself.
  if (!ended_) {
    Abort();
  }
}

size_t BackgroundUpload::next_part() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return next_part_ + queue_.size();
}

void BackgroundUpload::Send(std::string bytes) {
  UploadMemory().Acquire(bytes.size());
  if (!has_thread_) {
    ++next_part_;
    SendPart(std::move(bytes));
    return;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  queue_.push_back(std::move(bytes));
  changed_.notify_one();
}

Status BackgroundUpload::status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!failure_.ok() || upload_ == nullptr) {
    return failure_;
  }
  return upload_->status();
}

Result<std::string> BackgroundUpload::Complete() {
  Join();
  if (upload_ == nullptr && status().ok()) {
    Begin();
  }
  const Status sent = status();
  if (!sent.ok()) {
    return sent;
  }
  Result<std::string> etag = upload_->Complete();
  ended_ = etag.ok();
  return etag;
}

Status BackgroundUpload::Abort() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    if (upload_ != nullptr) {
      upload_->Cancel();
    }
  }
  Join();
  ended_ = true;
  return upload_ == nullptr ? Status() : upload_->Abort();
}

void BackgroundUpload::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_last_ || !queue_.empty(); });
    if (queue_.empty()) {
      return;
    }
    std::string bytes = std::move(queue_.front());
    queue_.pop_front();
    ++next_part_;
    lock.unlock();
    SendPart(std::move(bytes));
    lock.lock();
  }
}

void BackgroundUpload::Begin() {
  Result<std::unique_ptr<MultipartUpload>> begun =
      MultipartUpload::Begin(client_, uri_);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!begun.ok()) {
      failure_ = begun.status();
      return;
    }
    upload_ = *std::move(begun);
  }
  if (base_.size == 0 || !IsWanted()) {
    return;
  }
  const Status copied = upload_->Copy(uri_, base_);
  std::lock_guard<std::mutex> lock(mutex_);
  failure_ = copied;
  next_part_ = upload_->next_part() + 1;
}

void BackgroundUpload::SendPart(std::string bytes) {
  if (upload_ == nullptr && IsWanted()) {
    Begin();
  }
  if (IsWanted()) {
    upload_->SendReserved(std::move(bytes));
  } else {
    UploadMemory().Release(bytes.size());
  }
}

bool BackgroundUpload::IsWanted() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return failure_.ok() && !cancelled_;
}

void BackgroundUpload::Join() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    is_last_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace s3
}  // namespace tfs3
