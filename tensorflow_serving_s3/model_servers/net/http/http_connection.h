// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_CONNECTION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_CONNECTION_H_

#include <algorithm>
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

#include "tensorflow_serving_s3/model_servers/net/http/http_server_context.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_stream.h"
#include "tensorflow_serving_s3/model_servers/net/http/request_exchange.h"
#include "tensorflow_serving_s3/model_servers/net/http/response_writer.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net {

// A body type of Boost.Beast that reads into a PaddedBuffer.
struct PaddedBody {
  using value_type = PaddedBuffer;

  // The most memory that is allocated for a Content-Length before its bytes
  // arrive.
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
      if (length.has_value()) {
        body_.Reserve(std::min(*length, kTrustedLength));
      }
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

// The connection of one client that speaks HTTP/1.1, from the first byte to the
// last. If the client speaks HTTP/2, because TLS has chosen it or because the
// first bytes are its preface, gives the socket to the Http2Service and ends.
//
// One IoLoop owns it. The loop's thread runs all functions, except the handler.
// States:
//
//   kHandshake -> kIdle
//       only with TLS
//   kIdle -> kHead -> kBody -> kHandling -> kWriting -> kIdle ...
//       a request and its response
//   any state that reads -> kWriting -> kDraining -> kClosed
//       an error response; then the rest of the input is read and discarded
//
// In kHandling only the worker thread that runs the handler uses the socket and
// the response. The worker sends what the socket accepts immediately; then the
// loop sends the rest. A quick handler runs on the loop's thread instead.
class HttpConnection : public IoConnection,
                       public std::enable_shared_from_this<HttpConnection> {
 public:
  // `tls` is null for a connection without TLS.
  HttpConnection(StreamSocket socket, const TlsContext* tls, IoLoop* loop,
                 HttpServerContext* server);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection() override;

  // The functions below must be called on the loop's thread.

  // In the reserve it answers one GET, HEAD or OPTIONS request, which must
  // arrive soon, and refuses others.
  void Start(bool in_reserve) override;
  bool in_reserve() const override { return in_reserve_; }
  Idleness IdlenessAt(Clock::time_point now) const override;
  void Evict() override;
  // If the deadline of the state has passed, closes the connection or answers
  // 408.
  void CheckDeadline(Clock::time_point now) override;
  // Closes the connection if it has no request.
  void BeginStop() override;
  // Closes the connection, in kHandling when the handler has returned.
  void CloseNow() override;

 private:
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
  // Continues the connection as HTTP/2.
  void SwitchToHttp2();
  // Starts to read the next request, whose first bytes may have arrived.
  void NextRequest();
  void SkipLineBreaks();
  // Starts to parse the head of a request, whose first bytes have arrived.
  void BeginHead();
  void ReadHead();
  void ParseHead();
  // The head of a request has arrived; it has `bytes`.
  void OnHead(size_t bytes);
  // Returns false if the budget has no room for a head of `bytes`.
  bool ChargeHead(size_t bytes);
  void ReadBody();
  void ReadSizedBody();
  void ReadChunkedBody();
  void ParseChunks();
  void SendContinue();
  void Dispatch();

  // Runs the handler and starts to send its response. On a worker thread.
  void Handle();
  // Frees the memory of the request and sends what the socket accepts of the
  // response.
  void BeginResponse();
  // Continues on the loop's thread after the handler.
  void OnHandled();

  // Answers with an error and ends the connection.
  void Refuse(const HttpError& error);
  void RefuseForMemory();
  void RefuseForConnections();
  void RefuseParseError(boost::system::error_code error);
  // Starts to send the response.
  void BeginWriting(std::string_view method);
  void SendRest();
  void OnSent();
  void Drain();
  void Close();

  std::chrono::milliseconds RequestTimeout() const;
  // Starts a period of request_timeout in which enough bytes must be
  // transferred.
  void AwaitProgress();
  // Starts the next period if enough bytes were transferred.
  void RecordProgress(size_t bytes);

  HttpStream stream_;
  const std::string peer_;
  IoLoop& loop_;
  HttpServerContext& server_;

  State state_ = State::kIdle;
  Clock::time_point deadline_;
  Clock::time_point last_moved_;  // The time of the last transfer.
  bool in_reserve_ = false;
  bool has_had_head_ = false;
  uint64_t progress_ = 0;  // The bytes transferred since AwaitProgress.
  bool close_when_handled_ = false;

  // Bytes that have arrived and are not parsed yet.
  boost::beast::flat_buffer input_;
  // Declared before parser_: the body in it uses the charge.
  RequestExchange exchange_;
  std::optional<boost::beast::http::request_parser<PaddedBody>> parser_;
  RequestMemory::Charge head_charge_;
  uint64_t body_length_ = 0;  // The Content-Length of the body.

  ResponseWriter writer_;
  bool keep_alive_ = false;
  bool refused_ = false;
  bool broken_ = false;
  bool is_counted_ = true;  // In TransportCounters::open_connections.
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_CONNECTION_H_
