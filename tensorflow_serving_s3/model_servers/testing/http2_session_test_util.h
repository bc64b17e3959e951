// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_SESSION_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_SESSION_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/http2/session.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"

namespace tfs3::net::http2 {

// A session and its client. Each request is answered by `body_` when it has
// arrived, or when its headers have arrived if `answers_early_`.
class SessionTest : public testing::Test, protected Session::Owner {
 protected:
  // Memory of a response body.
  struct Memory final : Retained {
    Memory(std::string content, int* counter)
        : bytes(std::move(content)), kept(*counter) {
      ++kept;
    }
    ~Memory() override { --kept; }

    const std::string bytes;
    int& kept;
  };

  class TestStream final : public Stream {
   public:
    explicit TestStream(SessionTest* test) : test_(*test) { ++test_.open_; }

    void OnBegin() override {
      GrowWindow(test_.window_);
      if (test_.answers_early_) {
        set_reads_rest(test_.reads_rest_);
        Answer();
      }
    }
    void OnData(std::string_view data) override {
      test_.received_ += data;
      if (test_.consumes_) {
        Consume(data.size());
      }
    }
    void OnEnd() override {
      ++test_.ended_;
      if (!test_.answers_early_) {
        Answer();
      }
    }
    Trailers MakeTrailers() override {
      Trailers trailers;
      trailers.Add("grpc-status", "0");
      return trailers;
    }
    void OnClosed() override {
      --test_.open_;
      delete this;
    }
    void OnSweep(Clock::time_point /*now*/,
                 const ConnectionProgress& /*progress*/) override {
      if (test_.resets_on_sweep_) {
        SendReset(8);
      }
    }
    void OnServerStops() override { ++test_.told_that_server_stops_; }

   private:
    void Answer() {
      const Header headers[] = {{":status", "200"}};
      SendHeaders(headers, 1, false);
      BodyPart part;
      part.bytes = test_.body_;
      if (!test_.memory_.empty()) {
        auto retained = std::make_unique<Memory>(test_.memory_, &test_.kept_);
        part.view = retained->bytes;
        part.retained = std::move(retained);
      }
      SendBody(std::move(part));
      SendEnd();
    }

    SessionTest& test_;
  };

  SessionTest() {
    Send(http2_frames::kPreface +
         http2_frames::Frame(http2_frames::kSettings, 0, 0, ""));
  }

  Stream* NewStream(const HeaderList& headers, bool complete) override {
    headers_.clear();
    for (size_t i = 0; i < headers.size(); ++i) {
      headers_ += std::string(headers[i].name) + "=" +
                  std::string(headers[i].value) + ";";
    }
    has_all_headers_ = complete;
    return new TestStream(this);
  }
  void OnPong() override { ++pongs_; }

  // Sends bytes of the client and reads the output. Returns false if the
  // session ends the connection.
  bool Send(std::string_view bytes) {
    const bool goes_on = session_.Receive(bytes, now_);
    Drain();
    return goes_on;
  }

  void Drain() {
    while (session_.Produce(1 << 20) && !session_.output().empty()) {
      std::string part(session_.output().size(), '\0');
      session_.output().Copy(part.data(), part.size());
      session_.output().Consume(part.size());
      output_ += part;
    }
  }

  // Sends `bytes` up to `times` times. Returns how often until the session
  // ended the connection.
  int Repeat(const std::function<std::string(int)>& bytes, int times) {
    for (int i = 0; i < times; ++i) {
      if (!Send(bytes(i))) {
        return i;
      }
    }
    return times;
  }

  size_t Count(http2_frames::FrameType type) const {
    return http2_frames::CountOf(type, output_);
  }

  // Returns the error code of GOAWAY, or -1.
  int64_t GoawayError() const {
    for (const http2_frames::FrameView& frame :
         http2_frames::FramesIn(output_)) {
      if (frame.type == http2_frames::kGoaway) {
        return static_cast<uint8_t>(frame.payload.at(7));
      }
    }
    return -1;
  }
  std::string GoawayText() const {
    for (const http2_frames::FrameView& frame :
         http2_frames::FramesIn(output_)) {
      if (frame.type == http2_frames::kGoaway) {
        return std::string(frame.payload.substr(8));
      }
    }
    return "";
  }

  std::string Body() const {
    std::string body;
    for (const http2_frames::FrameView& frame :
         http2_frames::FramesIn(output_)) {
      if (frame.type == http2_frames::kData) {
        body += frame.payload;
      }
    }
    return body;
  }

  // Returns the headers of a call.
  static std::string Headers(uint32_t stream,
                             uint8_t flags = http2_frames::kEndHeaders) {
    return http2_frames::HeadersFrame(stream, http2_frames::GrpcHeaders("/a/b"),
                                      flags);
  }
  // Returns a whole call, without a message.
  static std::string Call(uint32_t stream) {
    return Headers(stream,
                   http2_frames::kEndHeaders | http2_frames::kEndStream);
  }

  SessionOptions options_;
  Session::Clock::time_point now_{std::chrono::hours(1)};
  Session session_{options_, this};
  std::string output_;

  std::string headers_;
  bool has_all_headers_ = false;
  std::string received_;
  std::string body_ = "response";
  std::string memory_;  // Comes after body_.
  int kept_ = 0;
  bool consumes_ = true;
  int window_ = 0;  // Of GrowWindow.
  bool answers_early_ = false;
  bool reads_rest_ = true;  // After an early answer.
  bool resets_on_sweep_ = false;
  int open_ = 0;
  int ended_ = 0;  // Calls of OnEnd.
  int told_that_server_stops_ = 0;
  int pongs_ = 0;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_SESSION_TEST_UTIL_H_
