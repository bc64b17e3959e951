// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TESTS_FUZZ_CHECKED_HTTP2_CLIENT_H_
#define TESTS_FUZZ_CHECKED_HTTP2_CLIENT_H_

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"
#include "tests/fuzz/expect.h"

namespace tfs3::fuzz {

// A client that sends any frames of HTTP/2, valid or not, and checks the
// responses of a server that echoes bodies. The server must send the method of
// a request whose body it echoes in the header x-method.
//
//   CheckedHttp2Client client(path);
//   client.Add(http2_frames::HeadersFrame(client.next_stream(), block));
//   client.AwaitResponses();
class CheckedHttp2Client {
 public:
  static constexpr int kTimeoutSeconds = 60;

  // Connects to a UNIX socket.
  explicit CheckedHttp2Client(const std::string& path)
      : socket_(path),
        client_([this](char* to, size_t room) { return Receive(to, room); },
                [this](std::string_view bytes) { Write(bytes); }) {
    const timeval limit{kTimeoutSeconds, 0};
    setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    client_.ReadMore();  // The settings of the server.
  }

  // Returns the stream for the next request.
  uint32_t next_stream() const { return next_stream_; }
  bool has_ended() const { return client_.has_ended(); }

  // Keeps frames for the next Send, which Sync and AwaitResponses call too.
  void Add(std::string_view frames) {
    for (const http2_frames::FrameView& frame :
         http2_frames::FramesIn(frames)) {
      Record(frame);
    }
    unsent_ += frames;
  }

  void Send() { client_.Send(std::exchange(unsent_, "")); }

  // Waits until the server has read everything.
  void Sync() {
    Add(http2_frames::Frame(http2_frames::kPing, 0, 0, "fuzzping"));
    const int pongs = client_.num_pongs();
    Send();
    while (client_.num_pongs() == pongs && client_.ReadMore()) {
    }
  }

  // Waits for the responses to all complete requests, of up to `max_bytes` in
  // total, and checks them.
  void AwaitResponses(uint32_t max_bytes) {
    // Undoes settings with which responses would wait.
    constexpr uint16_t kInitialWindowSize = 4;
    Add(http2_frames::SettingsFrame(kInitialWindowSize, max_bytes) +
        http2_frames::WindowUpdateFrame(0, max_bytes));
    Sync();
    for (const auto& [stream, sent] : requests_) {
      while (!IsOver(stream, sent) && client_.ReadMore()) {
      }
      Expect(IsOver(stream, sent) || client_.goaway_error() != 0 ||
                 has_sent_goaway_,
             "each complete request is answered or reset");
      Check(client_.response(stream), sent);
    }
  }

 private:
  // What was sent of one request.
  struct Sent {
    bool has_ended = false;
    bool is_reset = false;
    bool is_padded = false;
    std::string body;
  };

  // libFuzzer's timer interrupts system calls.
  ssize_t Receive(char* to, size_t room) const {
    ssize_t size = 0;
    do {
      size = recv(socket_.fd(), to, room, 0);
    } while (size < 0 && errno == EINTR);
    Expect(size >= 0 || errno != EAGAIN, "the server answers in time");
    return size;
  }
  void Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t size =
          send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size < 0 && errno != EINTR) {
        return;  // The server has closed the connection.
      }
      bytes.remove_prefix(size < 0 ? 0 : size);
    }
  }

  void Record(const http2_frames::FrameView& frame) {
    constexpr uint8_t kPadded = 8;
    const bool is_head = frame.type == http2_frames::kHeaders;
    const bool is_data = frame.type == http2_frames::kData;
    has_sent_goaway_ |= frame.type == http2_frames::kGoaway;
    // The server ignores requests with a lower number than earlier ones.
    if (is_head && frame.stream >= next_stream_) {
      next_stream_ = frame.stream + 2;
      requests_[frame.stream];
    }
    const auto found = requests_.find(frame.stream);
    if (found == requests_.end()) {
      return;
    }
    Sent& sent = found->second;
    if (is_data && !sent.has_ended) {
      sent.body += frame.payload;
      sent.is_padded |= (frame.flags & kPadded) != 0;
    }
    sent.is_reset |= frame.type == http2_frames::kRstStream;
    sent.has_ended |=
        (is_head || is_data) && (frame.flags & http2_frames::kEndStream) != 0;
  }

  // Returns true if no more of a response must follow.
  bool IsOver(uint32_t stream, const Sent& sent) {
    const net::Http2Response& response = client_.response(stream);
    return !sent.has_ended || sent.is_reset || response.ended ||
           response.reset != net::Http2Response::kNotReset ||
           (client_.has_goaway() && stream > client_.goaways().back());
  }

  static void Check(const net::Http2Response& response, const Sent& sent) {
    Expect(response.num_heads <= 1, "a request has one response");
    Expect(response.num_late_frames == 0, "nothing follows a response");
    Expect(response.interim.size() <= 1, "a request has one interim response");
    if (!response.ended) {
      return;
    }
    Expect(response.num_heads == 1, "a response has headers");
    const auto& headers = response.headers;
    const auto length = headers.find("content-length");
    Expect(response.body.empty() ||
               (length != headers.end() &&
                length->second == std::to_string(response.body.size())),
           "a body has the length announced");
    const auto method = headers.find("x-method");
    if (method == headers.end() || headers.count("content-encoding") > 0 ||
        sent.is_padded) {
      return;
    }
    const bool has_body =
        method->second != "HEAD" && response.status() == "200";
    Expect(response.body == (has_body ? sent.body : ""),
           "the handler gets the body sent");
  }

  net::Client socket_;
  net::Http2Client client_;
  std::string unsent_;
  std::map<uint32_t, Sent> requests_;
  uint32_t next_stream_ = 1;
  bool has_sent_goaway_ = false;
};

}  // namespace tfs3::fuzz

#endif  // TESTS_FUZZ_CHECKED_HTTP2_CLIENT_H_
