// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SERVER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SERVER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/acceptor.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

namespace tfs3::net::http2 {

// An HTTP/2 server.
//
//   Server::Options options;
//   options.listeners = {listening_socket};
//   Server::StartResult started = Server::Start(options, &service);
//   if (started.server == nullptr) Fail(started.error);
//   ...
//   started.server->StopAccepting();
//   started.server->Stop(std::chrono::seconds(10));
//
// Thread-safe.
class Server {
 public:
  struct Options {
    // Non-blocking listening sockets. The caller closes them after
    // StopAccepting.
    std::vector<int> listeners;
    std::optional<TlsOptions> tls;
    ConnectionOptions connections;
    // See Acceptor::Options.
    int64_t max_connections = 0;
    std::function<bool(const Acceptor::Events&)> log;
    // Returns the address of a client, from its socket.
    std::function<std::string(int fd)> peer_of;
    // Null: no counters. Must outlive the server.
    TransportCounters* counters = nullptr;
  };

  struct StartResult {
    std::unique_ptr<Server> server;
    // If `server` is null: the cause and the cure.
    std::string error;
  };

  // Begins to accept connections. `service` must outlive the server. Throws
  // std::system_error if the system cannot create the threads.
  static StartResult Start(Options options, Service* service);

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Calls Stop without a grace period.
  ~Server();

  // Returns when the server accepts no more connections.
  void StopAccepting();

  // Stops accepting, and tells the clients to send their next requests to
  // another server. Requests that are on their way are answered. Returns when
  // every connection knows it (see Connection::is_ending).
  void BeginStop();

  // Calls BeginStop, waits up to `grace` until the requests are answered, then
  // closes the connections. Returns when no handler runs.
  void Stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SERVER_H_
