// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_CONNECTION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_CONNECTION_H_

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/http2/byte_stream.h"
#include "tensorflow_serving_s3/model_servers/net/http2/session.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net::http2 {

class Connection;

// Makes the streams of a server. Thread-safe.
class Service {
 public:
  // See Session::Owner.
  virtual Stream* NewStream(Connection* connection, const HeaderList& headers,
                            bool complete) = 0;

 protected:
  ~Service() = default;
};

struct ConnectionOptions {
  SessionOptions session;
  // The longest time for the TLS handshake, the preface and the settings of the
  // client.
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(30);
  // The longest time for headers to arrive, and for the client to read anything
  // of the output.
  std::chrono::milliseconds receive_timeout = std::chrono::seconds(30);
  // How long a connection without requests stays open; 0: no limit.
  std::chrono::milliseconds idle_timeout{0};
  // How long a connection stays open; 0: no limit. After that the client has
  // `max_age_grace` to finish its requests; 0: no limit.
  std::chrono::milliseconds max_age{0};
  std::chrono::milliseconds max_age_grace{0};
  // After this time without input the server sends PING, and closes the
  // connection if no input follows within `keepalive_timeout`. 0: never.
  std::chrono::milliseconds keepalive_time = std::chrono::hours(2);
  std::chrono::milliseconds keepalive_timeout = std::chrono::seconds(20);
  // Whether that also applies to a connection without requests.
  bool keepalive_without_calls = false;
  // What a client of HTTP/1 gets. A Service may send it too.
  std::string wrong_protocol_text;
  // The connections are above the limit of connections: each may be evicted
  // unless it has a request.
  bool in_reserve = false;
};

// What all connections of a server share; outlives them.
struct ConnectionContext {
  ConnectionOptions options;
  Service* service = nullptr;
  TransportCounters* counters = nullptr;
  // The number of connections of this server.
  mutable std::atomic<int64_t> num_open{0};
};

// The connection of one client. One IoLoop owns it, and runs all functions on
// its thread.
class Connection final : public IoConnection,
                         public std::enable_shared_from_this<Connection>,
                         private Session::Owner {
 public:
  // `peer` is the address of the client.
  Connection(ByteStream stream, std::string peer, IoLoop* loop,
             const ConnectionContext* server);
  ~Connection() override;

  // Of a server without a reserve.
  void Start(bool in_reserve) override;
  // Starts a connection whose TLS handshake is complete and whose first bytes
  // were read.
  void Continue(std::string_view input);

  // For the streams of this connection:

  const std::string& peer() const { return peer_; }
  IoLoop& loop() const { return loop_; }
  // Returns the time of the last event.
  Clock::time_point now() const { return now_; }
  const ConnectionOptions& options() const { return server_.options; }
  // Returns true if the client was told to send no further request. Requests
  // that still arrive were on their way.
  bool is_ending() const { return goodbye_ != Goodbye::kNone; }
  // Keeps this object until RemoveCall: another thread works for one of its
  // streams, and will post its response to the loop.
  void AddCall() { ++num_calls_; }
  void RemoveCall();
  // Sends what the streams have produced. Call it after a response that does
  // not come from a function of Stream.
  void FlushSoon();
  // Returns true if the connection was closed to accept another one.
  bool is_evicted() const { return is_evicted_; }

  // IoConnection:

  bool in_reserve() const override { return options().in_reserve; }

  // Closes the connection after the requests that the client has sent before it
  // knows.
  void SayGoodbye() override;
  Idleness IdlenessAt(Clock::time_point now) const override;
  void Evict() override;
  void CheckDeadline(Clock::time_point now) override;
  void BeginStop() override;
  void CloseNow() override;

 private:
  enum class State : uint8_t {
    kHandshake,
    kOpen,
    kFlushing,   // Closes when the output is sent.
    kLingering,  // Waits for the client to close the connection.
    kClosed,
  };
  // The steps of an orderly end.
  enum class Goodbye : uint8_t { kNone, kNotice, kFinal };

  // Session::Owner:
  Stream* NewStream(const HeaderList& headers, bool complete) override {
    return server_.service->NewStream(this, headers, complete);
  }
  void OnPong() override;

  void Handshake();
  void Read();
  // Returns false if the connection is not open any more.
  bool Feed(std::string_view bytes);
  bool Flush();
  // Ends all streams; sends what they have produced.
  void BeginFlushing();
  // Waits for the socket as the state needs.
  void Await();
  // Calls Session::OnAllRead when nothing has arrived for a while.
  void AwaitSilence();
  // Reads and discards the rest of the input: a close with unread input could
  // destroy output that the client has not read.
  void Linger();
  void Discard();
  void Close();

  void CheckTransfers(Clock::time_point now);
  void CheckKeepalive(Clock::time_point now);
  void CheckAge(Clock::time_point now);
  // Answers a client of HTTP/1.
  void AnswerWrongProtocol(std::string_view bytes);

  ByteStream stream_;
  const std::string peer_;
  IoLoop& loop_;
  const ConnectionContext& server_;
  Session session_;

  State state_ = State::kOpen;
  Goodbye goodbye_ = Goodbye::kNone;
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool wants_write_ = false;
  bool flush_is_posted_ = false;
  bool is_registered_ = false;
  bool is_feeding_ = false;
  bool ping_is_open_ = false;
  bool is_evicted_ = false;
  bool awaits_silence_ = false;
  int num_calls_ = 0;
  // Made when it is needed.
  std::unique_ptr<boost::asio::steady_timer> silence_;

  Clock::time_point now_;
  const Clock::time_point began_;
  Clock::time_point max_age_end_ = Clock::time_point::max();
  Clock::time_point last_moved_;     // The last transfer.
  Clock::time_point last_received_;  // The last input.
  Clock::time_point last_busy_;      // The last time with a stream.
  Clock::time_point last_swept_;
  Clock::time_point unfinished_since_;
  Clock::time_point unread_since_;
  Clock::time_point goodbye_since_;
  Clock::time_point ping_since_;
  Clock::time_point linger_end_;
  uint64_t discarded_ = 0;  // Bytes of the input after the end.
  uint64_t received_ = 0;
  uint64_t acknowledged_ = 0;
  uint64_t swept_frames_ = 0;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_CONNECTION_H_
