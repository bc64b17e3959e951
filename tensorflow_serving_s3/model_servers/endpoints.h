// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_ENDPOINTS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_ENDPOINTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/reload_counters.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/model_servers/path_hiding/path_hider.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"

namespace tfs3 {

// The counters of the servers of both APIs.
struct ApiCounters {
  TransportCounters rest;
  TransportCounters grpc;
};

// The parts of the server that both APIs use. The pointers must outlive the
// servers.
struct Backend {
  // Finds models for requests.
  const ModelLookup* lookup = nullptr;
  // The status of the server and its models, for probes and lists.
  const ServerStatus* status = nullptr;
  ConfigReloader* reloader = nullptr;
  RequestGate* gate = nullptr;
  RequestObserver* observer = nullptr;
  RequestLogger* request_logger = nullptr;
  std::optional<TlsOptions> tls;
  // The URL path of the Prometheus page; empty: no page.
  std::string prometheus_path;
  // The number of requests that fill the batches; 0: no batching.
  int64_t max_batched_requests = 0;
  // The memory budget of requests; null: no limit.
  RequestMemory* memory = nullptr;
  // Null: do not count.
  ApiCounters* counters = nullptr;
  // Null: the Prometheus page does not have them.
  const ReloadCounters* reloads = nullptr;
  // See grpc::ServerOptions.
  std::vector<std::string> health_services;
  // Hides paths in error messages; null: keep them.
  const PathHider* path_hider = nullptr;
};

// Starts the REST server on --rest_api_port, --rest_api_socket_path or both; at
// least one must be set. The error names the address or file and the cure.
//
//   Backend backend{core, core, core, &gate, &metrics};
//   absl::StatusOr<std::unique_ptr<net::HttpServer>> server =
//       StartRest(options, backend);
absl::StatusOr<std::unique_ptr<net::HttpServer>> StartRest(
    const ServerOptions& options, const Backend& backend);

struct GrpcServers {
  // On --port and --grpc_socket_path; null if neither is set.
  std::unique_ptr<grpc::Server> serving;
  // On --management_address; null if that is not set.
  std::unique_ptr<grpc::Server> management;
};

// Starts the gRPC servers, if any. With --management_address, only the server
// there answers the management calls: HandleReloadConfigRequest, SessionRun and
// ProfilerService. Both servers answer GetModelStatus. The error names the
// address or file and the cure.
absl::StatusOr<GrpcServers> StartGrpc(const ServerOptions& options,
                                      const Backend& backend);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_ENDPOINTS_H_
