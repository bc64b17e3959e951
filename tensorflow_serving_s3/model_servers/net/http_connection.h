// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One client's connection, from its first byte to its last; the inside of
// HttpServer.
//
// A connection belongs to one loop, whose thread runs everything about it but
// the handler. It is in one state at a time:
//
//   kHandshake -> kIdle
//       with TLS only
//   kIdle -> kHead -> kBody -> kHandling -> kWriting -> kIdle ...
//       a request and its answer
//   any state that reads -> kWriting -> kDraining -> kClosed
//       an error answer, then the rest of the input
//
// While it is kHandling, the worker that runs the handler owns the socket and
// the answer, and the loop touches neither: so the worker sends the answer
// itself, and the loop takes over what the socket would not take at once.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_CONNECTION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_CONNECTION_H_

#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/optional.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_stream.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::rest {

// What all connections of a server share.
struct HttpServerContext {
  HttpServer::Options options;
  HttpServer::Handler handler;
  // From then on a connection closes when it has no more requests to answer.
  std::atomic<bool> stopping{false};
  // Never null: that of the options, or own_counters.
  TransportCounters* counters = nullptr;
  TransportCounters own_counters;
  std::unique_ptr<WorkerPool> workers;
  // For requests that only read.
  std::unique_ptr<WorkerPool> quick_workers;
};

// Collects a body in a PaddedBuffer; a body type in the sense of Boost.Beast.
struct PaddedBody {
  using value_type = PaddedBuffer;

  // No more than this is set aside on the word of a Content-Length alone.
  static constexpr uint64_t kTrustedLength = uint64_t{4} << 20;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>& /*header*/,
           value_type& body)
        : body_(body) {}

    void init(const boost::optional<uint64_t>& length,
              boost::system::error_code& error) {
      error = {};
      if (length.has_value()) body_.Reserve(std::min(*length, kTrustedLength));
    }

    template <class Buffers>
    size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      size_t taken = 0;
      for (auto it = boost::asio::buffer_sequence_begin(buffers);
           it != boost::asio::buffer_sequence_end(buffers); ++it) {
        const boost::asio::const_buffer buffer(*it);
        body_.Append({static_cast<const char*>(buffer.data()), buffer.size()});
        taken += buffer.size();
      }
      return taken;
    }

    void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // With `tls`, the client is expected to speak it.
  HttpConnection(StreamSocket socket, const TlsContext* tls, IoLoop* loop,
                 HttpServerContext* server);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection() { --server_.counters->open_connections; }

  // How idle a connection is.
  struct Idleness {
    // Whether it may be closed for another one.
    bool is_idle = false;
    // Lower ones go first: 0 for a connection that has sent no request yet, 1
    // for one between requests.
    int rank = 0;
    std::chrono::steady_clock::time_point since;

    bool GoesBefore(const Idleness& other) const {
      return rank != other.rank ? rank < other.rank : since < other.since;
    }
  };

  // All of these are called on the loop's thread.
  void Start();
  // As Start, for a connection beyond the limit: one request that only reads
  // is answered, and it must arrive soon.
  void StartInReserve();
  bool in_reserve() const { return in_reserve_; }
  Idleness IdlenessAt(std::chrono::steady_clock::time_point now) const;
  // Closes an idle connection to make room for another one.
  void Evict();
  // Closes or answers what has passed its deadline.
  void CheckDeadline(std::chrono::steady_clock::time_point now);
  void BeginStop();
  void CloseNow();

 private:
  using Clock = std::chrono::steady_clock;
  enum class State {
    kHandshake,
    kIdle,
    kHead,
    kBody,
    kHandling,
    kWriting,
    kDraining,
    kClosed
  };

  void Handshake();
  // Begins with the next request, of which some bytes may have arrived.
  void NextRequest();
  void ReadHead();
  void ParseHead();
  void OnHead();
  void ReadBody();
  void ReadSizedBody();
  void ReadChunkedBody();
  void ParseChunks();
  void SendContinue();
  void Dispatch();

  // On a worker's thread: runs the handler and begins to send its answer.
  void Handle();
  // Has response_ made out of request_.
  void Answer();
  // Back on the loop's thread.
  void OnHandled();

  // Answers with an error that ends the connection.
  void Refuse(int status, std::string_view message);
  // Refuses what there is no memory for.
  void RefuseForMemory();
  // Answers that too many requests wait; the connection goes on.
  void RefuseToWait();
  // Refuses a request of a connection beyond the limit.
  void RefuseConnection();
  std::chrono::milliseconds RequestTimeout() const;
  // Has response_ be an error; 429 and 503 say when to try again.
  void ComposeError(int status, std::string_view message);
  std::string NoMemoryMessage() const;
  // Tells of a request that the handler does not see.
  void ReportRefusal(int status, std::string_view message);
  void RefuseParseError(boost::system::error_code error);
  void ComposeHead(bool keep_alive);
  // Sends what it can without waiting; false when the connection is broken.
  bool SendSome();
  void SendRest();
  void OnSent();
  void Drain();
  void Close();

  // Begins a period of request_timeout in which bytes have to move.
  void AwaitProgress();
  // Begins the next period if enough bytes have moved in this one.
  void RecordProgress(size_t bytes);

  HttpStream stream_;
  const std::string peer_;
  IoLoop& loop_;
  HttpServerContext& server_;

  State state_ = State::kIdle;
  Clock::time_point deadline_;
  Clock::time_point last_moved_;  // when a byte arrived or was sent
  bool in_reserve_ = false;
  bool has_had_head_ = false;
  uint64_t progress_ = 0;  // bytes that have moved since AwaitProgress
  bool close_when_handled_ = false;

  // Bytes that have arrived and are not parsed yet.
  boost::beast::flat_buffer input_;
  // Before parser_, whose body is charged to it.
  RequestMemory::Charge charge_;
  std::optional<boost::beast::http::request_parser<PaddedBody>> parser_;
  uint64_t body_length_ = 0;  // as Content-Length says; not of a chunked body
  Clock::time_point began_;   // when the first bytes of a request were there
  RequestGate::Pass pass_;
  HttpRequest request_;

  HttpResponse response_;
  std::string response_head_;
  // The bytes that the last SendSome has sent.
  size_t sent_ = 0;
  // What of head and body is still to be sent.
  HttpStream::Buffers unsent_;
  bool keep_alive_ = false;
  bool refused_ = false;
  bool broken_ = false;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_CONNECTION_H_
