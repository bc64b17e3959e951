// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"

#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/http/exchange.h"

namespace tfs3 {
namespace s3 {

HttpClient::HttpClient(const Options& options, aws_client_bootstrap* bootstrap)
    : pools_(options, bootstrap) {}

Result<HttpResponse> HttpClient::Send(const Endpoint& endpoint,
                                      aws_http_message* message, HttpSink sink,
                                      HttpTimeouts timeouts,
                                      std::string_view body) {
  const Result<Connections> connections = pools_.Get(endpoint);
  if (!connections.ok()) {
    return connections.status();
  }
  return RunExchange(*connections, message, std::move(sink), timeouts, body);
}

}  // namespace s3
}  // namespace tfs3
