// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP2_SERVICE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP2_SERVICE_H_

#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http/http_server_context.h"
#include "tensorflow_serving_s3/model_servers/net/http2/byte_stream.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"

namespace tfs3::net {

// Serves the HTTP/2 connections of an HttpServer.
class Http2Service final : public http2::Service {
 public:
  // `server` must outlive this object, and its options must be set.
  explicit Http2Service(HttpServerContext* server);
  Http2Service(const Http2Service&) = delete;
  Http2Service& operator=(const Http2Service&) = delete;

  // Continues a connection as HTTP/2, after its TLS handshake. `input` was read
  // from it. Must be called on the loop's thread.
  void Continue(http2::ByteStream stream, std::string peer, IoLoop* loop,
                bool in_reserve, std::string_view input);

  http2::Stream* NewStream(http2::Connection* connection,
                           const http2::HeaderList& headers,
                           bool complete) override;

 private:
  HttpServerContext& server_;
  // Of the connections within the limit of connections and above it.
  http2::ConnectionContext connections_;
  http2::ConnectionContext reserved_;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP2_SERVICE_H_
