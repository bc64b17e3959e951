// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_TEST_CLIENT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_TEST_CLIENT_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

struct nghttp2_hd_inflater;

// A client of HTTP/2 for tests that sends frames and reads responses.
//
//   Http2Client client(server->port());
//   client.Send(PostFrames(1, "/path", "body"));
//   EXPECT_EQ(client.Read(1).body, "...");
namespace tfs3::net {

struct Http2Response {
  static constexpr int64_t kNotReset = -1;

  std::map<std::string, std::string> headers;
  std::string body;
  // The statuses of interim responses.
  std::vector<std::string> interim;
  bool ended = false;         // By END_STREAM.
  int64_t reset = kNotReset;  // The error of RST_STREAM.
  // HEADERS frames after the interim responses.
  int num_heads = 0;
  // HEADERS and DATA frames after END_STREAM or RST_STREAM.
  int num_late_frames = 0;

  std::string status() const {
    const auto found = headers.find(":status");
    return found == headers.end() ? "" : found->second;
  }
};

// Returns the HPACK block of a request; `more` are further headers in HPACK.
std::string RequestBlock(std::string_view method, std::string_view path,
                         std::string_view more = "");
// Returns the frames of a request with a body of up to one frame.
std::string PostFrames(uint32_t stream, std::string_view path,
                       std::string_view body, std::string_view more = "");
std::string GetFrames(uint32_t stream, std::string_view path,
                      std::string_view more = "");

class Http2Client {
 public:
  // Reads some bytes; 0 or less: the connection has ended.
  using Receive = std::function<ssize_t(char* to, size_t room)>;
  using Write = std::function<void(std::string_view bytes)>;

  // Connects to a port of 127.0.0.1.
  explicit Http2Client(int port, int receive_buffer = 0)
      : Http2Client(std::make_unique<Client>(port, receive_buffer)) {}
  // Connects to a UNIX socket.
  explicit Http2Client(const std::string& path)
      : Http2Client(std::make_unique<Client>(path)) {}
  // Uses another connection.
  Http2Client(Receive receive, Write write);
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;
  ~Http2Client();

  void Send(std::string_view frames) const { write_(frames); }
  // Sends RST_STREAM.
  void Cancel(uint32_t stream) const { Send(http2_frames::ResetFrame(stream)); }

  // Reads until the response to `stream` or the connection has ended. Answers
  // SETTINGS and PING meanwhile.
  Http2Response Read(uint32_t stream);
  // Reads more frames. Returns false if the connection has ended.
  bool ReadMore();
  // Returns what was read of a response.
  const Http2Response& response(uint32_t stream) { return responses_[stream]; }
  // Returns the bytes that WINDOW_UPDATE frames have added to a window.
  uint64_t window_updates(uint32_t stream) { return window_updates_[stream]; }
  // Returns the error of RST_STREAM, if it was read.
  int64_t reset_of(uint32_t stream) { return responses_[stream].reset; }
  // Reads until the server has sent GOAWAY, or the connection has ended.
  void AwaitGoaway();
  // Reads until the connection has ended.
  void AwaitEnd();

  bool has_goaway() const { return !goaways_.empty(); }
  // Returns the debug text of the last GOAWAY.
  const std::string& goaway_text() const { return goaway_text_; }
  // The last stream of each GOAWAY.
  const std::vector<uint32_t>& goaways() const { return goaways_; }
  // Returns the error of the last GOAWAY.
  uint32_t goaway_error() const { return goaway_error_; }
  // Returns how many PING frames the server has answered.
  int num_pongs() const { return num_pongs_; }
  bool has_ended() const { return has_ended_; }

 private:
  explicit Http2Client(std::unique_ptr<Client> client);

  void OnFrame(const http2_frames::FrameView& frame);
  void OnHeaders(const http2_frames::FrameView& frame);

  std::unique_ptr<Client> client_;
  Receive receive_;
  Write write_;
  nghttp2_hd_inflater* inflater_ = nullptr;
  std::string received_;
  std::map<uint32_t, Http2Response> responses_;
  std::map<uint32_t, uint64_t> window_updates_;
  std::vector<uint32_t> goaways_;
  std::string goaway_text_;
  uint32_t goaway_error_ = 0;
  int num_pongs_ = 0;
  bool has_ended_ = false;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP2_TEST_CLIENT_H_
