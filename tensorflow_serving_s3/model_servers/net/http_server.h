// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/1.1 server: sockets are served asynchronously by few threads,
// handlers run on a pool of their own, so neither an idle nor a slow client
// holds a thread.
//
//   HttpServer::Options options;
//   options.port = 8501;
//   auto server = HttpServer::Start(options, [](const HttpRequest& request) {
//     return HttpResponse{200, kJsonContentType, "{}"};
//   });
//   if (!server.ok()) return server.status();
//   ...
//   (*server)->Stop(std::chrono::seconds(10));
//
// Keep-alive, pipelining (answers in the order of the requests), chunked
// bodies, Expect: 100-continue and HEAD work as in RFC 9112. What cannot be
// served is answered with a JSON error and the end of the connection: 400 for
// what is no HTTP, 408 for a request that takes too long to arrive, 413 and 431
// for a body and a header beyond the limits, 429 for a request beyond those
// that may wait, 503 for one that there is no memory for. A handler that throws
// is answered with 500, and with 503 if it throws std::bad_alloc.
//
// A body in gzip is inflated before the handler sees it (400, 413 or 415 if
// that is not possible), and an answer is compressed for a client that accepts
// it.
//
// All methods are thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_SERVER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"

namespace tfs3::rest {

class HttpServer {
 public:
  static constexpr int kNoPort = -1;

  struct Options {
    // A name or an address of this machine; all of its IPv4 addresses by
    // default.
    std::string address = "0.0.0.0";
    // 0 takes any free port; port() tells which. kNoPort listens on
    // unix_socket_path alone.
    int port = 0;
    // A UNIX socket to listen on as well, always without TLS; none if empty. A
    // socket that a process has left there is replaced, and it is removed in
    // the end.
    std::string unix_socket_path;
    // Has the port speak TLS, and nothing else.
    std::optional<TlsOptions> tls;
    // Where every request enters when it has arrived, to leave when a handler
    // has answered it, so that those that wait for a thread count too. The
    // handler looks at HttpRequest::pass. Null: no gate. Must outlive the
    // server.
    RequestGate* gate = nullptr;
    // Told of requests that are answered without the handler: what is no HTTP,
    // what takes too long to arrive, is too large or cannot be inflated. Called
    // on the threads of the connections, so it must be quick. May be empty.
    std::function<void(const HttpRefusal&)> on_refusal;
    // The budget that bodies are charged to as they arrive and are inflated. A
    // request that it has no memory for is answered 503. Null: no budget. Must
    // outlive the server.
    RequestMemory* memory = nullptr;
    // How many handlers run at a time; 0 for four times the number of
    // processors. GET, HEAD and OPTIONS have two threads of their own, so that
    // probes and metrics do not wait behind predictions.
    int num_threads = 0;
    // How many requests may wait for a thread; one more is answered 429. 0: any
    // number.
    int64_t max_waiting = 0;
    // The largest body; the largest start line and headers together.
    uint64_t max_body_bytes = uint64_t{1} << 30;
    uint32_t max_header_bytes = 64 << 10;
    // The largest body when it is inflated.
    uint64_t max_inflated_body_bytes = uint64_t{1} << 30;
    // How many times its compressed size a body may become, beyond 64 MiB; 0:
    // any number.
    uint64_t max_inflate_ratio = 0;
    // Whether answers are compressed for clients that accept it, and from which
    // size on.
    bool gzip_answers = true;
    uint64_t min_gzip_bytes = 1 << 10;
    // How many connections may be open. At the limit the idlest make room for
    // new ones: first those that have sent no request, then those on which
    // nothing has arrived for a second. If there are none, a few more
    // connections are taken for GET, HEAD and OPTIONS, so that probes are
    // answered; other requests there are answered 503. Further ones are closed
    // at once. 0 for three quarters of the files that the process may open, so
    // that there are some left for models.
    int64_t max_connections = 0;
    // What the server counts of itself. Null: nothing. Must outlive the server.
    TransportCounters* counters = nullptr;
    // The time for a handshake of TLS, and for a request from its first byte to
    // the end of its headers. A body that arrives, or a client that takes its
    // answer, at less than 16 KiB a second on average over a period of this
    // length is cut off.
    std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
    // How long a connection stays open between requests.
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);
  };

  // Called from many threads at once.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // Listens from the moment that it returns. An address that cannot be listened
  // on is an error that names it: FailedPrecondition when another process has
  // it, InvalidArgument for one that is not this machine's and for a key or a
  // certificate that cannot be used.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const Options& options, Handler handler);

  // Stops without grace.
  virtual ~HttpServer() = default;

  // kNoPort when it listens on none.
  virtual int port() const = 0;

  // Stops listening, closes idle connections, lets every request of which a
  // byte has arrived come to its answer, and closes the others `grace` later.
  // Returns when all is closed and no handler runs: a handler is waited for,
  // however long it takes. Later calls wait for the first one.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_SERVER_H_
