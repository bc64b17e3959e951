// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/testing/http2_test_client.h"

#include <nghttp2/nghttp2.h>
#include <sys/socket.h>

#include <cstring>

namespace tfs3::net {
namespace {

using http2_frames::BigEndian;
using http2_frames::Frame;
using http2_frames::FrameView;
using http2_frames::HeadersFrame;
using http2_frames::Literal;
using http2_frames::SettingsFrame;
using http2_frames::WindowUpdateFrame;

constexpr uint16_t kInitialWindowSize = 4;
constexpr uint32_t kLargeWindow = 1 << 30;

uint32_t NumberIn(std::string_view text) {
  uint32_t number = 0;
  for (const char c : text) {
    number = number << 8 | static_cast<uint8_t>(c);
  }
  return number;
}

}  // namespace

std::string RequestBlock(std::string_view method, std::string_view path,
                         std::string_view more) {
  return Literal(":method", method) + Literal(":scheme", "http") +
         Literal(":path", path) + Literal(":authority", "localhost") +
         std::string(more);
}

std::string PostFrames(uint32_t stream, std::string_view path,
                       std::string_view body, std::string_view more) {
  return HeadersFrame(stream, RequestBlock("POST", path, more)) +
         Frame(http2_frames::kData, http2_frames::kEndStream, stream, body);
}

std::string GetFrames(uint32_t stream, std::string_view path,
                      std::string_view more) {
  return HeadersFrame(stream, RequestBlock("GET", path, more),
                      http2_frames::kEndHeaders | http2_frames::kEndStream);
}

Http2Client::Http2Client(Receive receive, Write write)
    : receive_(std::move(receive)), write_(std::move(write)) {
  nghttp2_hd_inflate_new(&inflater_);
  Send(http2_frames::kPreface +
       SettingsFrame(kInitialWindowSize, kLargeWindow) +
       WindowUpdateFrame(0, kLargeWindow));
}

Http2Client::Http2Client(std::unique_ptr<Client> client)
    : Http2Client(
          [socket = client->fd()](char* to, size_t room) {
            return recv(socket, to, room, 0);
          },
          [raw = client.get()](std::string_view bytes) { raw->Send(bytes); }) {
  client_ = std::move(client);
}

Http2Client::~Http2Client() { nghttp2_hd_inflate_del(inflater_); }

Http2Response Http2Client::Read(uint32_t stream) {
  Http2Response& response = responses_[stream];
  while (!response.ended && response.reset == Http2Response::kNotReset &&
         ReadMore()) {
  }
  return response;
}

void Http2Client::AwaitGoaway() {
  while (!has_goaway() && ReadMore()) {
  }
}

void Http2Client::AwaitEnd() {
  while (ReadMore()) {
  }
}

bool Http2Client::ReadMore() {
  char buffer[64 << 10];
  const ssize_t size = receive_(buffer, sizeof buffer);
  if (size <= 0) {
    has_ended_ = true;
    return false;
  }
  received_.append(buffer, size);
  size_t used = 0;
  for (const FrameView& frame : http2_frames::FramesIn(received_)) {
    OnFrame(frame);
    used += 9 + frame.payload.size();
  }
  received_.erase(0, used);
  return true;
}

void Http2Client::OnFrame(const FrameView& frame) {
  if (frame.type == http2_frames::kHeaders ||
      frame.type == http2_frames::kData) {
    Http2Response& response = responses_[frame.stream];
    if (response.ended || response.reset != Http2Response::kNotReset) {
      ++response.num_late_frames;
    }
    response.ended |= (frame.flags & http2_frames::kEndStream) != 0;
  }
  switch (frame.type) {
    case http2_frames::kSettings:
    case http2_frames::kPing:
      if ((frame.flags & http2_frames::kAck) == 0) {
        Send(Frame(frame.type, http2_frames::kAck, 0,
                   frame.type == http2_frames::kPing ? frame.payload : ""));
      } else if (frame.type == http2_frames::kPing) {
        ++num_pongs_;
      }
      break;
    case http2_frames::kGoaway:
      goaways_.push_back(NumberIn(frame.payload.substr(0, 4)));
      goaway_error_ = NumberIn(frame.payload.substr(4, 4));
      goaway_text_ = frame.payload.substr(8);
      break;
    case http2_frames::kRstStream:
      responses_[frame.stream].reset = NumberIn(frame.payload);
      break;
    case http2_frames::kWindowUpdate:
      window_updates_[frame.stream] += NumberIn(frame.payload);
      break;
    case http2_frames::kHeaders:
      OnHeaders(frame);
      break;
    case http2_frames::kData:
      responses_[frame.stream].body += frame.payload;
      break;
    default:
      break;
  }
}

void Http2Client::OnHeaders(const FrameView& frame) {
  Http2Response& response = responses_[frame.stream];
  std::string_view block = frame.payload;
  for (;;) {
    nghttp2_nv field;
    int flags = 0;
    const ssize_t used = nghttp2_hd_inflate_hd2(
        inflater_, &field, &flags,
        reinterpret_cast<const uint8_t*>(block.data()), block.size(), 1);
    if (used < 0) {
      break;
    }
    block.remove_prefix(used);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
      response.headers[std::string(reinterpret_cast<char*>(field.name),
                                   field.namelen)] =
          std::string(reinterpret_cast<char*>(field.value), field.valuelen);
    }
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) {
      nghttp2_hd_inflate_end_headers(inflater_);
      break;
    }
  }
  if (response.status().substr(0, 1) == "1") {
    response.interim.push_back(response.status());
    response.headers.clear();
  } else {
    ++response.num_heads;
  }
}

}  // namespace tfs3::net
