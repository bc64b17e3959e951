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

  // FAILED_PRECONDITION when the TLS settings cannot be loaded, and
  // INVALID_ARGUMENT when those of a proxy cannot be understood; what happens
  // on the wire is told by the response.
  Result<HttpResponse> Send(const Endpoint& endpoint, aws_http_message* message,
                            HttpSink sink, HttpPatience patience,
                            std::string_view body = {});

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

 private:
  ConnectionPools pools_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_HTTP_H_
