// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_DRAIN_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_DRAIN_H_

#include <chrono>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/endpoints.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"

namespace tfs3 {

// Limits the time for closing connections and writing logs after the last
// request.
inline constexpr std::chrono::milliseconds kCloseTimeout =
    std::chrono::seconds(2);

struct DrainOptions {
  // --drain_delay_seconds: the time before new requests are refused.
  std::chrono::seconds delay{0};
  // --drain_seconds: the time for the requests in progress.
  std::chrono::seconds timeout;
  // The UNIX sockets of the servers, to remove if requests are cut off.
  std::vector<std::string> socket_paths;
  ServerCore* core = nullptr;
  RequestGate* gate = nullptr;
  const GrpcServers* grpc_servers = nullptr;
  net::HttpServer* rest_server = nullptr;  // May be null.
};

// Reports that the server is not ready, answers requests during the delay, then
// closes the gRPC ports and refuses new requests, waits for the requests in
// progress, then closes the REST port and removes the UNIX sockets.
void Drain(const DrainOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_DRAIN_H_
