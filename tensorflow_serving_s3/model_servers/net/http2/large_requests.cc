// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/large_requests.h"

#include <algorithm>
#include <utility>

namespace tfs3::net::http2 {

void LargeRequests::Begin(LargeRequest* request, size_t bytes,
                          Clock::time_point now) {
  if (request->is_large() || bytes <= options_.narrow_window_bytes ||
      is_closed_) {
    return;
  }
  request->bytes_ = bytes;
  if (waiting_.empty() && HasRoomFor(bytes)) {
    Admit(request, now);
    return;
  }
  request->state_ = LargeRequest::State::kWaits;
  waiting_.push_back(request);
  SetWindows(/*narrow=*/true);
}

void LargeRequests::End(LargeRequest* request, Clock::time_point now) {
  if (is_closed_) {
    return;
  }
  switch (std::exchange(request->state_, LargeRequest::State::kNone)) {
    case LargeRequest::State::kNone:
      return;
    case LargeRequest::State::kWaits:
      waiting_.erase(std::find(waiting_.begin(), waiting_.end(), request));
      windows_.OnWaited(request);
      return;
    case LargeRequest::State::kAdmitted:
      --num_holding_;
      holding_bytes_ -= request->bytes_;
      break;
    case LargeRequest::State::kSlow:
      break;
  }
  admitted_.erase(std::find(admitted_.begin(), admitted_.end(), request));
  AdmitWaiting(now);
}

void LargeRequests::Close() {
  is_closed_ = true;
  waiting_.clear();
  admitted_.clear();
}

bool LargeRequests::OnAllRead(Clock::time_point now) {
  if (waiting_.empty() || now - admitted_at_ < kResponseTime) {
    return false;
  }
  for (LargeRequest* request : admitted_) {
    request->state_ = LargeRequest::State::kSlow;
  }
  num_holding_ = 0;
  holding_bytes_ = 0;
  AdmitWaiting(now);
  return true;
}

void LargeRequests::OnAcknowledged() {
  --num_unacknowledged_;
  if (any_waits()) {
    SetWindows(/*narrow=*/true);
  }
  for (LargeRequest* request : admitted_) {
    OpenWindow(request);
  }
}

void LargeRequests::Widen() {
  if (!any_waits()) {
    SetWindows(/*narrow=*/false);
  }
}

bool LargeRequests::HasRoomFor(size_t bytes) const {
  return is_narrow_ ? num_holding_ == 0 ||
                          holding_bytes_ + bytes <= options_.narrow_bytes
                    : num_holding_ < options_.max_requests ||
                          holding_bytes_ + bytes <= options_.max_bytes;
}

void LargeRequests::Admit(LargeRequest* request, Clock::time_point now) {
  request->state_ = LargeRequest::State::kAdmitted;
  admitted_.push_back(request);
  ++num_holding_;
  holding_bytes_ += request->bytes_;
  admitted_at_ = now;
  OpenWindow(request);
}

void LargeRequests::AdmitWaiting(Clock::time_point now) {
  while (any_waits() && HasRoomFor(waiting_.front()->bytes_)) {
    LargeRequest* const next = waiting_.front();
    waiting_.pop_front();
    Admit(next, now);
    windows_.OnWaited(next);
  }
}

void LargeRequests::OpenWindow(LargeRequest* request) {
  const uint32_t window =
      is_narrow_ ? options_.narrow_window_bytes : window_bytes_;
  if (num_unacknowledged_ == 0 && request->bytes_ > window) {
    windows_.SetWindow(request, request->bytes_);
  }
}

void LargeRequests::SetWindows(bool narrow) {
  if (narrow == is_narrow_ || num_unacknowledged_ > 0 ||
      options_.narrow_window_bytes >= window_bytes_) {
    return;
  }
  is_narrow_ = narrow;
  ++num_unacknowledged_;
  windows_.SetWindows(narrow ? options_.narrow_window_bytes : window_bytes_);
}

}  // namespace tfs3::net::http2
