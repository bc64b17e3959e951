// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_SERVER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_SERVER_H_

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

namespace tfs3::net {

// A server of HTTP/1.1 and HTTP/2. A few threads serve all sockets
// asynchronously; handlers run on a pool of other threads. So slow and idle
// clients use no thread. A quick handler may answer small requests on the
// threads of the sockets, which saves two switches of threads for each request.
//
//   HttpServer::Options options;
//   options.port = 8501;
//   HttpServer::Handler handler = [](const HttpRequest& request) {...};
//   auto server = HttpServer::Start(options, handler);
//   if (!server.ok()) return server.status();
//   ...
//   (*server)->Stop(std::chrono::seconds(10));
//
// Implements RFC 9112 with keep-alive, pipelining, chunked bodies, Expect:
// 100-continue and HEAD; and RFC 9113 for clients that choose it by TLS (ALPN)
// or begin with its preface. Inflates gzip bodies before the handler runs, and
// compresses answers for clients that accept gzip.
//
// The server answers these requests itself, with a JSON error:
//   400: not HTTP, or a gzip body that is not valid
//   408: the request does not arrive in time
//   413: the body is too large
//   415: the body has another content coding than gzip
//   429: too many requests wait for a thread
//   431: the head is too large
//   500: the handler throws an exception
//   503: there is no memory for the request, the handler throws std::bad_alloc,
//        or too many connections are open
// After 400, 408, 413 and 431 it closes a connection of HTTP/1.1. A gRPC call
// gets the gRPC status UNIMPLEMENTED with a message that names the gRPC port.
//
// All methods are thread-safe.
class HttpServer {
 public:
  static constexpr int kNoPort = -1;

  // Must be thread-safe.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  // Returns the response, or nullopt: then a worker thread calls the Handler.
  // Must be thread-safe, and must not block for long.
  using QuickHandler =
      std::function<std::optional<HttpResponse>(const HttpRequest&)>;

  struct Options {
    // A host name or an address of this machine. The default is all of its IPv4
    // addresses.
    std::string address = "0.0.0.0";
    // 0 selects a free port; see port(). kNoPort: listens at unix_socket_path
    // only.
    int port = 0;
    // A UNIX socket to listen at, always without TLS; empty: none. The server
    // replaces a socket file that no process listens at, and removes the file
    // in Stop.
    std::string unix_socket_path;
    // The TLS settings of the port; absent: no TLS.
    std::optional<TlsOptions> tls;
    // Each request enters the gate when it begins to arrive, and leaves it when
    // its response is sent. If the gate is closed, only requests over HTTP/2
    // that were on their way at BeginStop enter it. The handler must check
    // HttpRequest::pass. Null: no gate. Must outlive the server.
    RequestGate* gate = nullptr;
    // Called for each request whose handler is not called. Runs on the threads
    // of the sockets and must not block. May be empty.
    std::function<void(const HttpRefusal&)> on_refusal;
    // The memory budget for bodies, as they arrive and as they are inflated. A
    // request gets 503 if the budget has no room. Null: no budget. Must outlive
    // the server.
    RequestMemory* memory = nullptr;
    // Called on the threads of the sockets for POST requests whose body has at
    // most 16 KiB and is not compressed. May be empty.
    QuickHandler quick_handler;
    // The number of threads for handlers; 0: four for each processor. GET, HEAD
    // and OPTIONS have two separate threads, so probes and metrics do not wait
    // for predictions.
    int num_threads = 0;
    // How many requests may wait for a thread. Further requests get 429. 0: no
    // limit.
    int64_t max_waiting = 0;
    // The largest body, and the largest request line with all headers.
    uint64_t max_body_bytes = uint64_t{1} << 30;
    uint32_t max_header_bytes = 64 << 10;
    // The largest inflated body.
    uint64_t max_inflated_body_bytes = uint64_t{1} << 30;
    // The largest ratio of the inflated size to the compressed size, for bodies
    // that inflate to more than 64 MiB. 0: no limit.
    uint64_t max_inflate_ratio = 0;
    // Whether to compress answers for clients that accept gzip, and the
    // smallest body to compress.
    bool gzip_answers = true;
    uint64_t min_gzip_bytes = 1 << 10;
    // How many connections may be open; 0: three quarters of the files that the
    // process may open, so that models can open files. If a new connection
    // exceeds the limit, the server closes idle connections:
    //   1. connections that have sent no request yet,
    //   2. connections on which nothing has been transferred for 1 s, or 5 s
    //      while a response is sent.
    // If there is none, it accepts up to 16 more connections for GET, HEAD and
    // OPTIONS, so that it answers probes. Other requests there get 503. Further
    // connections are closed.
    int64_t max_connections = 0;
    // Counters that the server updates. Null: none. Must outlive the server.
    TransportCounters* counters = nullptr;
    // The longest time for a TLS handshake, and for the head of a request to
    // arrive. A body must arrive, and a client must read its response, at 16
    // KiB a second on average over each period of this length.
    std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
    // How long a connection stays open between requests.
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);
  };

  // Starts a server. It listens when the function returns. Errors name the
  // address and the cure:
  //   FailedPrecondition: another process uses the port or the socket.
  //   InvalidArgument: the address, the key or a certificate is not valid.
  //   PermissionDenied: this user may not open the port.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const Options& options, Handler handler);

  // Calls Stop with no grace period.
  virtual ~HttpServer() = default;

  // Returns the port, or kNoPort.
  virtual int port() const = 0;

  // Tells the clients that speak HTTP/2 to send their next requests over
  // another connection. Requests that they have sent before they know it are
  // answered also if the gate is closed. Returns when every connection knows
  // it. The server goes on to accept connections.
  virtual void BeginStop() = 0;

  // Stops the server:
  //   1. stops listening and closes idle connections,
  //   2. waits up to `grace` for the requests whose first byte has arrived,
  //   3. closes the other connections.
  // Returns when all connections are closed and all handlers have returned, so
  // it waits for handlers without a limit. Further calls wait for the first
  // one.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_SERVER_H_
