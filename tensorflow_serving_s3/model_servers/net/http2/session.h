// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SESSION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http2/input_guard.h"
#include "tensorflow_serving_s3/model_servers/net/http2/large_requests.h"
#include "tensorflow_serving_s3/model_servers/net/http2/output_queue.h"
#include "tensorflow_serving_s3/model_servers/net/http2/ping_policy.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"

struct nghttp2_session;

namespace tfs3::net::http2 {

struct SessionOptions {
  // How many streams of one client may be open.
  uint32_t max_streams = 1000;
  // The largest headers of one request: names, values and 32 bytes for each.
  // A request with more is passed on without the rest; a client that sends more
  // than twice as many and 64 KiB is disconnected.
  uint32_t max_header_bytes = 8 << 10;
  // How many bytes a client may send of one request before they are used, and
  // the largest window that GrowWindow makes.
  uint32_t window_bytes = 1 << 20;
  uint32_t max_window_bytes = 16 << 20;
  LargeRequests::Options large_requests;
  uint32_t max_frame_bytes = 1 << 20;
  // The largest tables of HPACK for requests and for responses.
  uint32_t request_table_bytes = 4 << 10;
  uint32_t response_table_bytes = 4 << 10;
  PingPolicy::Options pings;
};

// The server's side of HTTP/2 (RFC 9113) on one connection, without a socket.
//
//   Session session(options, owner);
//   const bool goes_on = session.Receive(bytes, now);
//   session.Produce(enough);
//   Send(&session.output());
//   if (!goes_on) Close();
//
// Disconnects clients that
//   - violate the protocol,
//   - send headers without an end, or more than SessionOptions allows,
//   - send too many frames that belong to no request (see InputGuard),
//   - send PING too often (see PingPolicy),
//   - cancel too many requests, or make the server cancel them by violations of
//     the protocol: 10,000 at once, 200 a second.
//
// Not thread-safe. The destructor closes all streams.
class Session : private LargeRequests::Windows {
 public:
  using Clock = std::chrono::steady_clock;

  class Owner {
   public:
    // Returns the object for a new request; it deletes itself. `complete` is
    // false if the headers exceed the limit: then some are missing.
    virtual Stream* NewStream(const HeaderList& headers, bool complete) = 0;
    // The client has answered a PING of SendPing.
    virtual void OnPong() = 0;

   protected:
    ~Owner() = default;
  };

  // `owner` must outlive this object.
  Session(const SessionOptions& options, Owner* owner);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  // Processes received bytes. Returns false if the connection has to be closed
  // when the output is sent.
  bool Receive(std::string_view bytes, Clock::time_point now);

  // Call this when the socket has no more bytes. Returns true if that has made
  // output.
  bool OnAllRead(Clock::time_point now);
  // Returns true if OnAllRead must be called when nothing has arrived for
  // LargeRequests::kResponseTime.
  bool large_requests_wait() const { return large_requests_.any_waits(); }

  // Adds frames to the output, until it has `enough` bytes. Returns false if
  // the connection must be closed without sending more.
  bool Produce(size_t enough);
  OutputQueue& output() { return output_; }

  // Returns true if the connection is not needed any more.
  bool is_done() const;
  // Returns true if the client has sent the preface and its settings.
  bool is_established() const { return has_settings_; }
  // Returns true if the client did not begin with HTTP/2's preface.
  bool has_wrong_protocol() const { return has_wrong_protocol_; }
  size_t num_streams() const { return num_streams_; }
  // Returns the number of requests that have begun.
  uint64_t num_requests() const { return num_requests_; }
  // Returns the bytes of all responses that are not in the output yet.
  size_t unsent_bytes() const { return unsent_bytes_; }
  const InputGuard& guard() const { return guard_; }

  void SendPing();
  // Announces the end of the connection: the client shall send no further
  // request. Requests that are on their way are answered.
  void SendShutdownNotice();
  // Refuses requests that arrive later.
  void SendGoaway();
  // Ends the connection. `error` is a code of RFC 9113, 7.
  void Terminate(uint32_t error, std::string_view reason);

  // Checks all streams; call it regularly. `elapsed` is the time since the
  // last call.
  void Sweep(Clock::time_point now, Clock::duration elapsed,
             const ConnectionProgress& progress);
  // Calls Stream::OnServerStops of all streams that are not answered.
  void TellThatServerStops();
  // Calls Stream::OnClosed of all streams.
  void CloseStreams();

 private:
  friend class Stream;
  struct Callbacks;

  // Makes the stream of a request whose headers have arrived.
  Stream* BeginStream(int32_t id);
  void Link(Stream* stream);
  void EndStream(Stream* stream);
  // Handles the end of a HEADERS or DATA frame, and with it the end of the
  // headers or of the whole request. Sends PING if the request ends after its
  // response.
  void OnRequestFrame(int32_t id, bool ends_headers, bool ends_request);
  // Returns true if the acknowledgement of a PING with these 8 bytes is for
  // SendPing, not for the PING of OnRequestFrame.
  static bool IsPong(const uint8_t* data);
  // Discards a part of a request whose response is sent.
  void DiscardRest(Stream* stream, size_t bytes);
  // The next bytes of the response are in a frame.
  void Pass(Stream* stream, size_t bytes);
  // LargeRequests::Windows:
  void SetWindows(uint32_t bytes) override;
  void SetWindow(LargeRequest* request, size_t bytes) override;
  void OnWaited(LargeRequest* request) override;
  void CountReset();
  // Ends the connection if nghttp2 had no memory.
  void Check(int error);

  const SessionOptions options_;
  Owner& owner_;
  nghttp2_session* session_ = nullptr;
  InputGuard guard_;
  PingPolicy pings_;
  LargeRequests large_requests_;
  OutputQueue output_;

  Stream* first_ = nullptr;
  size_t num_streams_ = 0;
  size_t unsent_bytes_ = 0;
  uint64_t num_requests_ = 0;

  // The headers that arrive, and their size as SessionOptions counts it.
  HeaderList headers_;
  size_t header_bytes_ = 0;

  Clock::time_point now_;
  double resets_ = 0;  // Cancelled requests, minus those that are allowed.
  bool has_settings_ = false;
  bool has_wrong_protocol_ = false;
  bool is_terminated_ = false;
  bool is_closed_ = false;
  bool server_stops_ = false;
  // Why the connection ends, found while nghttp2 parses; null: it does not.
  const char* violation_ = nullptr;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SESSION_H_
