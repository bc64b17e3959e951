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
// for a body and a header beyond the limits. A handler that throws is answered
// with 500.
//
// All methods are thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_HTTP_SERVER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_HTTP_SERVER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/rest/http_message.h"

namespace tfs3::rest {

class HttpServer {
 public:
  struct Options {
    // A name or an address of this machine; all of its IPv4 addresses by
    // default.
    std::string address = "0.0.0.0";
    // 0 takes any free port; port() tells which.
    int port = 0;
    // How many handlers run at a time; 0 for four times the number of
    // processors.
    int num_threads = 0;
    // The largest body; the largest start line and headers together.
    uint64_t max_body_bytes = uint64_t{1} << 30;
    uint32_t max_header_bytes = 64 << 10;
    // How long a request may take to arrive, from its first byte to the end of
    // its headers. A body gets this and the time that it takes at 16 KiB a
    // second. A client that takes in nothing of its answer for as long is cut
    // off.
    std::chrono::milliseconds request_timeout = std::chrono::seconds(30);
    // How long a connection stays open between requests.
    std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);
  };

  // Called from many threads at once.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // Listens from the moment that it returns. An address that cannot be listened
  // on is an error that names it: FailedPrecondition when another process has
  // the port, InvalidArgument for one that is not this machine's.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const Options& options, Handler handler);

  // Stops without grace.
  virtual ~HttpServer() = default;

  virtual int port() const = 0;

  // Stops listening, closes idle connections, lets every request of which a
  // byte has arrived come to its answer, and closes the others `grace` later.
  // Returns when all is closed and no handler runs: a handler is waited for,
  // however long it takes. Later calls wait for the first one.
  virtual void Stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_HTTP_SERVER_H_
