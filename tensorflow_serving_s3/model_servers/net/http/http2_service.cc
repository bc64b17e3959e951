// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http2_service.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/http/http2_request.h"

namespace tfs3::net {
namespace {

// How many requests of one connection may be open. A body that was not read
// yet takes up to a window of memory.
constexpr uint32_t kMaxStreams = 128;
constexpr uint32_t kWindowBytes = 256 << 10;

http2::ConnectionOptions OptionsOf(const HttpServer::Options& options) {
  http2::ConnectionOptions connections;
  connections.session.max_streams = kMaxStreams;
  connections.session.window_bytes = kWindowBytes;
  connections.session.max_header_bytes = options.max_header_bytes;
  // Clients of REST may send PING as often as InputGuard allows.
  connections.session.pings.max_strikes = 0;
  connections.handshake_timeout = options.request_timeout;
  connections.receive_timeout = options.request_timeout;
  connections.idle_timeout = options.idle_timeout;
  connections.keepalive_time = std::chrono::milliseconds(0);
  return connections;
}

http2::ConnectionOptions ReservedOptionsOf(const HttpServer::Options& options) {
  http2::ConnectionOptions connections = OptionsOf(options);
  connections.in_reserve = true;
  connections.session.max_streams = 1;
  for (std::chrono::milliseconds* const timeout :
       {&connections.handshake_timeout, &connections.receive_timeout,
        &connections.idle_timeout}) {
    *timeout = std::min<std::chrono::milliseconds>(*timeout, kReserveTimeout);
  }
  return connections;
}

void Prepare(http2::ConnectionOptions options, http2::Service* service,
             TransportCounters* counters, http2::ConnectionContext* context) {
  context->options = std::move(options);
  context->service = service;
  context->counters = counters;
}

}  // namespace

Http2Service::Http2Service(HttpServerContext* server) : server_(*server) {
  Prepare(OptionsOf(server->options), this, server->counters, &connections_);
  Prepare(ReservedOptionsOf(server->options), this, server->counters,
          &reserved_);
}

void Http2Service::Continue(http2::ByteStream stream, std::string peer,
                            IoLoop* loop, bool in_reserve,
                            std::string_view input) {
  const auto connection = std::make_shared<http2::Connection>(
      std::move(stream), std::move(peer), loop,
      in_reserve ? &reserved_ : &connections_);
  connection->Continue(input);
  if (server_.stopping) {
    connection->BeginStop();
  }
}

http2::Stream* Http2Service::NewStream(http2::Connection* connection,
                                       const http2::HeaderList& headers,
                                       bool complete) {
  if (connection->in_reserve()) {
    connection->SayGoodbye();  // After this request.
  }
  return new Http2Request(connection, &server_, headers, complete);
}

}  // namespace tfs3::net
