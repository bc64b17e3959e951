// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/input_guard.h"

#include <algorithm>
#include <cstring>

namespace tfs3::net::http2 {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// Types and flags of RFC 9113, 6.
constexpr uint8_t kData = 0;
constexpr uint8_t kHeaders = 1;
constexpr uint8_t kContinuation = 9;
constexpr uint8_t kEndStream = 1;
constexpr uint8_t kEndHeaders = 4;

}  // namespace

InputGuard::Verdict InputGuard::Scan(std::string_view bytes) {
  const size_t preface = std::min(preface_left_, bytes.size());
  if (preface > 0) {
    const std::string_view expected =
        kPreface.substr(kPreface.size() - preface_left_, preface);
    if (bytes.substr(0, preface) != expected) {
      return Verdict::kOk;  // Another protocol; nghttp2 reports it.
    }
    preface_left_ -= preface;
    bytes.remove_prefix(preface);
  }
  while (!bytes.empty()) {
    if (head_have_ < kHeadBytes) {
      const size_t size = std::min(kHeadBytes - head_have_, bytes.size());
      std::memcpy(head_ + head_have_, bytes.data(), size);
      head_have_ += size;
      bytes.remove_prefix(size);
      if (head_have_ < kHeadBytes) {
        return Verdict::kOk;
      }
      if (const Verdict verdict = OnHead(); verdict != Verdict::kOk) {
        return verdict;
      }
    }
    const size_t size = std::min(payload_left_, bytes.size());
    payload_left_ -= size;
    bytes.remove_prefix(size);
    if (payload_left_ == 0) {
      head_have_ = 0;
      num_frames_ += in_header_block_ ? 0 : 1;
    }
  }
  return Verdict::kOk;
}

InputGuard::Verdict InputGuard::OnHead() {
  payload_left_ = head_[0] << 16 | head_[1] << 8 | head_[2];
  const uint8_t type = head_[3];
  const uint8_t flags = head_[4];
  in_data_ = type == kData;
  if (type == kHeaders || type == kContinuation) {
    header_block_bytes_ =
        (type == kHeaders ? 0 : header_block_bytes_) + payload_left_;
    in_header_block_ = (flags & kEndHeaders) == 0;
    // An empty CONTINUATION frame costs time too.
    noise_ += type == kContinuation ? kFrameCost : 0;
    if (header_block_bytes_ > max_header_block_bytes_) {
      return Verdict::kHeaderBlockTooLong;
    }
  } else if (type == kData) {
    if (payload_left_ < kFrameCost && (flags & kEndStream) == 0) {
      noise_ += kFrameCost - payload_left_;
    }
  } else {
    noise_ += kFrameCost + payload_left_;
  }
  return noise_ > kMaxNoise ? Verdict::kFlood : Verdict::kOk;
}

bool InputGuard::unfinished() const {
  return preface_left_ > 0 || in_header_block_ ||
         (head_have_ > 0 && !(head_have_ == kHeadBytes && in_data_));
}

}  // namespace tfs3::net::http2
