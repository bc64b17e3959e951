// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP2_REQUEST_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP2_REQUEST_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http/http_server_context.h"
#include "tensorflow_serving_s3/model_servers/net/http/request_exchange.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"
#include "tensorflow_serving_s3/model_servers/net/http2/transfer_watch.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::net {

// One request over HTTP/2 and its response. The thread of the connection runs
// all functions but Work, which runs on a worker thread.
class Http2Request final : public http2::Stream {
 public:
  // `complete`: `headers` are all headers; the others exceeded the limit.
  Http2Request(http2::Connection* connection, HttpServerContext* server,
               const http2::HeaderList& headers, bool complete);

  void OnBegin() override;
  void OnData(std::string_view data) override;
  void OnEnd() override;
  void OnClosed() override;
  void OnSweep(Clock::time_point now,
               const http2::ConnectionProgress& progress) override;

 private:
  enum class Phase : uint8_t { kReceiving, kHandling, kSending };

  ~Http2Request() override = default;

  // Sets the request of exchange_ from headers_.
  void ReadHeaders();
  // Returns why the request is refused before its body arrives.
  std::optional<HttpError> HeadError();
  void AppendToBody(std::string_view data);
  void Dispatch();
  void Work();
  // Continues on the thread of the connection after Work.
  void Complete();

  // Answers with an error. Reads the rest of the request and discards it.
  void Refuse(const HttpError& error);
  // Answers a gRPC call such that its client shows the cause.
  void RefuseGrpc();
  // Sends the response of exchange_.
  void Send();
  void SendBodyOf(HttpResponse* response);

  http2::Connection& connection_;
  HttpServerContext& server_;
  const http2::HeaderList headers_;
  const bool has_all_headers_;
  RequestExchange exchange_;
  PaddedBuffer body_;

  std::string_view scheme_;
  std::string_view authority_;
  std::optional<std::string_view> host_;
  std::optional<uint64_t> content_length_;
  bool is_grpc_ = false;
  bool expects_continue_ = false;

  Phase phase_ = Phase::kReceiving;
  http2::TransferWatch watch_;
  uint64_t received_ = 0;
  bool is_handed_out_ = false;  // To a worker thread.
  bool is_closed_ = false;
  std::atomic<bool> is_cancelled_{false};
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP2_REQUEST_H_
