// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request and its answer, over pooled connections of the AWS Common
// Runtime.
//
//   HttpClient http(options, client_bootstrap);
//   HttpResponse answer = http.Send(endpoint, message.get(), {buffer, size},
//                                   {seconds(3), seconds(3)});
//   if (answer.crt_error != 0) ...        // no complete answer
//   if (answer.status == 206) ...         // answer.sink_bytes are in `buffer`
//
// Send blocks its caller; the bytes are received by the CRT's threads and go
// straight into the caller's buffer. It never waits longer than the silence
// that it is allowed, nor once it is cancelled: an exchange that is given up is
// cancelled, and neither the buffer nor a request's body is touched after Send
// has returned. A body is sent from the caller's memory, without a copy.
// Nothing is retried and nothing is logged here. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"
#include "tensorflow_serving_s3/filesystem/s3/address/proxy.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/tls.h"

struct aws_client_bootstrap;
struct aws_http_connection_manager;
struct aws_http_message;
struct aws_http_proxy_options;
struct aws_tls_connection_options;

namespace tfs3 {
namespace s3 {

struct HandshakeWatch;  // http.cc

// Where the body of a 200 or 206 goes; any other body is an error's and becomes
// HttpResponse::body. Without data, every body does.
struct HttpSink {
  char* data = nullptr;
  size_t size = 0;
  // Rise with every byte that comes into `data`.
  std::vector<ReadWatch::Counter> counters = {};
};

// How long nothing may happen before the exchange is given up. Where there is a
// body to send, the wait for the first byte begins anew when it is sent, and
// until then each byte that is sent counts as one that came.
struct HttpPatience {
  std::chrono::milliseconds until_first_byte;
  // Within this time 4 KiB must come, or the rest of the body.
  std::chrono::milliseconds between_bytes;
  // Ends it before that; may be null.
  Cancellation* cancellation = nullptr;
  // Of a large body, instead of the others where it is longer: what is in the
  // system's buffers goes without a sign of it.
  std::chrono::milliseconds while_sending = std::chrono::milliseconds(0);
};

struct HttpResponse {
  // 0 when the answer is complete. Else why not, as an error of the CRT:
  // AWS_IO_SOCKET_TIMEOUT when patience ended before there was a connection,
  // AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT when it ended later,
  // AWS_ERROR_HTTP_STREAM_CANCELLED when it was cancelled,
  // AWS_ERROR_SHORT_BUFFER when there was more than the sink can take.
  int crt_error = 0;
  int status = 0;  // 0 when not even the status line came.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // The answer may have had a body and none of it was read: it has neither a
  // Content-Length nor the transfer coding "chunked" alone, so only the end of
  // the connection would end it (HTTP/1.0, "Connection: close").
  bool body_lost = false;
  size_t sink_bytes = 0;  // Received into the sink, also of a broken answer.
  size_t body_sent = 0;   // Of the request's body.

  // The value of the header, by its name in any case; "" when there is none.
  std::string Header(const char* name) const;
};

class HttpClient {
 public:
  // `bootstrap` must outlive the client.
  HttpClient(const Options& options, aws_client_bootstrap* bootstrap);
  ~HttpClient();

  // FAILED_PRECONDITION when the TLS settings cannot be loaded, and
  // INVALID_ARGUMENT when those of a proxy cannot be understood; what happens
  // on the wire is told by the response.
  Result<HttpResponse> Send(const Endpoint& endpoint, aws_http_message* message,
                            HttpSink sink, HttpPatience patience,
                            std::string_view body = {});

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

 private:
  // The connections to one endpoint.
  struct Pool {
    std::shared_ptr<aws_http_connection_manager> manager;
    std::shared_ptr<HandshakeWatch> watch;
  };
  // https, host, port
  using PoolKey = std::tuple<bool, std::string, int>;

  Result<Pool> GetPool(const Endpoint& endpoint);

  // These require `mutex_`. The second fills `options` and `tls_options` with
  // what points into `proxy` and into each other.
  Status LoadTls();
  Status DescribeProxy(const Proxy& proxy, aws_http_proxy_options& options,
                       aws_tls_connection_options& tls_options);

  const Options options_;
  aws_client_bootstrap* const bootstrap_;

  std::mutex mutex_;
  TlsContextPtr tls_;  // Loaded for the first https endpoint.
  std::map<PoolKey, Pool> pools_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_
