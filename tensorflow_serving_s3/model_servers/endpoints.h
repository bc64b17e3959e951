// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_ENDPOINTS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_ENDPOINTS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/net/http_server.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/model_servers/path_hider.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"

namespace tfs3 {

// What the servers of both APIs count.
struct ApiCounters {
  TransportCounters rest;
  TransportCounters grpc;
};

// What both APIs need of the rest of the server. All pointers must outlive the
// servers that are started with it.
struct Backend {
  // The models, for requests.
  const ModelLookup* lookup = nullptr;
  // The states of server and models, for probes and lists.
  const ServerStatus* status = nullptr;
  ConfigReloader* reloader = nullptr;
  RequestGate* gate = nullptr;
  RequestObserver* observer = nullptr;
  RequestLogger* request_logger = nullptr;
  std::optional<TlsOptions> tls;
  // Where the REST server has the page for Prometheus; empty: nowhere.
  std::string prometheus_path;
  // How many requests can wait for batches and gain by it; 0: no batching.
  int64_t max_batched_requests = 0;
  // The budget for the memory of requests; null: none.
  RequestMemory* memory = nullptr;
  // Null: nothing is counted.
  ApiCounters* counters = nullptr;
  // Hides paths in the messages of errors; null: they stay.
  const PathHider* path_hider = nullptr;
};

// Starts the REST server that the command line asks for: on its port, its UNIX
// socket or both, of which it must name one. The error names the address or the
// file and the cure.
//
//   Backend backend{core, core, core, &gate, &metrics};
//   absl::StatusOr<std::unique_ptr<rest::HttpServer>> server =
//       StartRest(options, backend);
absl::StatusOr<std::unique_ptr<rest::HttpServer>> StartRest(
    const ServerOptions& options, const Backend& backend);

struct GrpcServers {
  // On --port and --grpc_socket_path; null if neither is set.
  std::unique_ptr<grpc::Server> serving;
  // On --management_address; null if that is not set.
  std::unique_ptr<grpc::Server> management;
};

// As StartRest, for gRPC. With a management address, the management calls
// (HandleReloadConfigRequest, SessionRun, ProfilerService) are answered there
// and not on the serving ports. GetModelStatus is answered on both.
absl::StatusOr<GrpcServers> StartGrpc(const ServerOptions& options,
                                      const Backend& backend);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_ENDPOINTS_H_
