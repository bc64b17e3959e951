// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_SERVER_CONTEXT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_SERVER_CONTEXT_H_

#include <atomic>
#include <chrono>
#include <memory>

#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"

namespace tfs3::net {

class Http2Service;

// The time for the request of a connection above the limit of connections to
// arrive.
inline constexpr std::chrono::seconds kReserveTimeout{2};

// What all connections of an HttpServer share; outlives them.
struct HttpServerContext {
  HttpServer::Options options;
  HttpServer::Handler handler;
  // The server stops: a connection closes when it has answered its requests.
  std::atomic<bool> stopping{false};
  // Options::counters or own_counters; never null.
  TransportCounters* counters = nullptr;
  TransportCounters own_counters;
  std::unique_ptr<WorkerPool> workers;
  // For GET, HEAD and OPTIONS.
  std::unique_ptr<WorkerPool> read_workers;
  // Continues connections whose client speaks HTTP/2. Never null.
  Http2Service* http2 = nullptr;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_SERVER_CONTEXT_H_
