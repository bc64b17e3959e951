// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sends HTTP requests over pooled connections of the AWS Common Runtime (CRT).
//
//   HttpClient http(options, client_bootstrap);
//   HttpResponse response = http.Send(endpoint, message.get(), {buffer, size},
//                                   {seconds(3), seconds(3)});
//   if (response.crt_error != 0) ...        // no complete response
//   if (response.status == 206) ...         // `buffer` has response.sink_bytes
//
// Send blocks until the response is complete, a timeout ends or it is
// cancelled. The threads of the CRT write the response into the caller's buffer
// and read the request's body from the caller's memory, without copies; they
// use neither after Send has returned. Does not retry and does not log.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_

#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/connection_pools.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

struct aws_client_bootstrap;
struct aws_http_message;

namespace tfs3 {
namespace s3 {

class HttpClient {
 public:
  // `bootstrap` must outlive the client.
  HttpClient(const Options& options, aws_client_bootstrap* bootstrap);

  // An error means that nothing was sent; HttpResponse::crt_error has the
  // errors of the network.
  //   FAILED_PRECONDITION: the TLS certificates cannot be loaded
  //   INVALID_ARGUMENT: the proxy setting is invalid
  Result<HttpResponse> Send(const Endpoint& endpoint, aws_http_message* message,
                            HttpSink sink, HttpTimeouts timeouts,
                            std::string_view body = {});

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

 private:
  ConnectionPools pools_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_
