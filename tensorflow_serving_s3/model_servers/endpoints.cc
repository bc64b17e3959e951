// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/endpoints.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/base/file_limits.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/methods.h"
#include "tensorflow_serving_s3/model_servers/grpc/model_methods.h"
#include "tensorflow_serving_s3/model_servers/grpc/profiler_methods.h"
#include "tensorflow_serving_s3/model_servers/grpc/reflection.h"
#include "tensorflow_serving_s3/model_servers/monitoring/metrics_page.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/rest/api/routes.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3 {
namespace {

// Returns the number of threads for a flag with default 0. A request that waits
// for its batch holds a thread, so the default with batching is the number of
// requests that fill the batches, within limits.
int NumThreads(int64_t flag, int64_t max_batched_requests) {
  constexpr int64_t kMinBatching = 16;
  constexpr int64_t kMaxBatching = 512;
  // The server creates all threads at the start.
  constexpr int64_t kMaxThreads = 1024;
  if (flag > 0 || max_batched_requests == 0) {
    return static_cast<int>(std::min(flag, kMaxThreads));
  }
  return static_cast<int>(
      std::clamp(max_batched_requests, kMinBatching, kMaxBatching));
}

constexpr int64_t kMaxDefaultBodyBytes = int64_t{1} << 30;

// Returns the limit of a request for a flag with default 0. The default leaves
// room for the tensors and the response in the memory budget, and is at most
// `max`.
int64_t MaxRequestBytes(int64_t flag, int64_t max,
                        const RequestMemory* memory) {
  constexpr int64_t kShareOfBudget = 4;
  if (flag != 0) {
    return flag;
  }
  if (memory == nullptr || memory->limit() == 0) {
    return max;
  }
  return std::min(max, memory->limit() / kShareOfBudget);
}

constexpr char kGetModelStatus[] =
    "/tensorflow.serving.ModelService/GetModelStatus";
constexpr char kReloadConfig[] =
    "/tensorflow.serving.ModelService/HandleReloadConfigRequest";

// Returns whether a method is only for operators of the server.
bool IsManagement(absl::string_view method) {
  return method == kReloadConfig ||
         absl::StartsWith(method, "/tensorflow.serving.SessionService/") ||
         absl::StartsWith(method, "/tensorflow.ProfilerService/");
}

// Answers a management call on a serving port.
void RefuseManagement(grpc::Call call) {
  std::move(call).Finish(
      static_cast<int>(absl::StatusCode::kUnimplemented),
      "this port does not answer management calls; send them to the address in "
      "--management_address",
      "");
}

// Moves the management methods out of `methods`, and copies GetModelStatus,
// which shows the effect of a reload.
grpc::MethodTable ExtractManagementMethods(grpc::MethodTable* methods) {
  grpc::MethodTable management;
  for (auto it = methods->begin(); it != methods->end();) {
    const auto method = it++;
    if (method->first == kGetModelStatus) {
      management.insert(*method);
    } else if (IsManagement(method->first)) {
      management.insert(methods->extract(method));
    }
  }
  return management;
}

// Returns the full names of the services of `methods`.
std::vector<std::string> ServicesOf(const grpc::MethodTable& methods) {
  std::set<std::string> services;
  for (const auto& [method, handler] : methods) {
    services.insert(method.substr(1, method.rfind('/') - 1));
  }
  return {services.begin(), services.end()};
}

constexpr int64_t kMaxManagementConnections = 16;

ConnectionLimits LimitsOf(const ServerOptions& options) {
  return DivideFiles(
      MaxOpenFiles(),
      {options.rest_api_port != 0 || !options.rest_api_socket_path.empty(),
       options.port != 0 || !options.grpc_socket_path.empty(),
       options.rest_api_max_connections, options.grpc_max_connections});
}

// Counts a request that the transport refused.
void CountRefusal(absl::StatusCode code, TransportCounters* counters) {
  const int number = static_cast<int>(code);
  if (counters != nullptr && number >= 0 &&
      number < TransportCounters::kNumCodes) {
    ++counters->refused_requests[number];
  }
}

absl::StatusCode CodeOf(int http_status) {
  switch (http_status) {
    case 408:
      return absl::StatusCode::kDeadlineExceeded;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 499:
      return absl::StatusCode::kCancelled;
    case 503:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInvalidArgument;
  }
}

std::chrono::system_clock::time_point TimeBefore(
    std::chrono::nanoseconds duration) {
  return std::chrono::time_point_cast<
      std::chrono::system_clock::time_point::duration>(
      std::chrono::system_clock::now() - duration);
}

// Reports a request that the HTTP server refused.
void ObserveRefusal(const net::HttpRefusal& refusal,
                    RequestObserver* observer) {
  RequestRecord record;
  record.entrypoint = RequestRecord::Entrypoint::kRest;
  record.status = absl::Status(CodeOf(refusal.status), refusal.message);
  record.method = refusal.method;
  record.target = refusal.target;
  record.http_status = refusal.status;
  record.peer = refusal.peer;
  record.duration = refusal.duration;
  record.start = TimeBefore(refusal.duration);
  observer->OnRequest(record);
}

// Reports a call that the gRPC server refused.
void ObserveCallRefusal(const grpc::CallRefusal& refusal,
                        RequestObserver* observer) {
  RequestRecord record;
  record.entrypoint = RequestRecord::Entrypoint::kGrpc;
  record.api = refusal.method.substr(refusal.method.rfind('/') + 1);
  record.target = refusal.method;
  record.status = absl::Status(static_cast<absl::StatusCode>(refusal.code),
                               refusal.message);
  record.peer = refusal.peer;
  record.traceparent = refusal.traceparent;
  record.request_bytes = refusal.request_bytes;
  record.duration = refusal.duration;
  record.start = TimeBefore(refusal.duration);
  observer->OnRequest(record);
}

// Hides paths in an error message, except those that come from the request.
// Does nothing if `hider` is null.
net::HttpResponse HidePaths(const net::HttpRequest& request,
                            const PathHider* hider,
                            net::HttpResponse response) {
  if (hider != nullptr && response.status >= 400) {
    const absl::string_view keep[] = {request.target, request.path};
    response.body = hider->Hide(response.body, keep);
  }
  return response;
}

// Returns all methods that the flags enable.
grpc::MethodTable GrpcMethods(const ServerOptions& options,
                              const Backend& backend) {
  grpc::ModelMethodOptions model_methods;
  if (options.enable_serialization_as_tensor_content) {
    model_methods.encoding = TensorEncoding::kContent;
  }
  model_methods.check_method_name = options.enable_signature_method_name_check;
  model_methods.enable_session_run = options.enable_session_run;
  model_methods.observer = backend.observer;
  model_methods.request_logger = backend.request_logger;
  grpc::MethodTable methods =
      grpc::MakeMethods(backend.lookup, backend.reloader, model_methods);
  if (!options.enable_reload_config) {
    methods.erase(kReloadConfig);
  }
  if (options.enable_profiler) {
    methods.merge(grpc::MakeProfilerMethods(backend.gate));
  }
  return methods;
}

absl::StatusOr<std::unique_ptr<grpc::Server>> StartServer(
    const grpc::ServerOptions& options, grpc::MethodTable methods,
    grpc::StreamTable streams) {
  grpc::StartResult started =
      grpc::Server::Start(options, std::move(methods), std::move(streams));
  if (started.server == nullptr) {
    return absl::FailedPreconditionError(started.error);
  }
  return std::move(started.server);
}

absl::StatusOr<std::unique_ptr<grpc::Server>> StartManagement(
    const ServerOptions& options, const Backend& backend,
    grpc::ServerOptions server, grpc::MethodTable methods) {
  // Management calls take long, but are rare.
  constexpr int kWorkers = 4;
  server.addresses = {options.management_address};
  server.num_workers = kWorkers;
  server.max_connections = kMaxManagementConnections;
  server.max_connections_name = "of --management_address";
  if (!absl::StartsWith(options.management_address, "unix:")) {
    server.tls = backend.tls;
  }
  grpc::StreamTable streams;
  if (options.enable_grpc_reflection) {
    streams = grpc::MakeReflection(ServicesOf(methods));
  }
  auto started = StartServer(server, std::move(methods), std::move(streams));
  if (!started.ok()) {
    return absl::Status(
        started.status().code(),
        absl::StrCat("--management_address: ", started.status().message()));
  }
  ABSL_LOG(INFO) << "Management calls over gRPC at "
                 << options.management_address;
  return started;
}

}  // namespace

absl::StatusOr<std::unique_ptr<net::HttpServer>> StartRest(
    const ServerOptions& options, const Backend& backend) {
  rest::Routes::Options routes;
  routes.timeout = options.rest_api_timeout_in_ms > 0
                       ? absl::Milliseconds(options.rest_api_timeout_in_ms)
                       : absl::InfiniteDuration();
  routes.max_json_nesting = options.rest_api_max_json_nesting;
  routes.check_method_name = options.enable_signature_method_name_check;
  routes.enable_cors = options.rest_api_enable_cors_support;
  routes.observer = backend.observer;
  routes.request_logger = backend.request_logger;
  if (!backend.prometheus_path.empty()) {
    MetricsSources sources;
    sources.status = backend.status;
    sources.reloads = backend.reloads;
    sources.memory = backend.memory;
    if (backend.counters != nullptr) {
      sources.rest = &backend.counters->rest;
      sources.grpc = &backend.counters->grpc;
    }
    routes.pages[backend.prometheus_path] = [sources] {
      return net::HttpResponse{200, PrometheusWriter::kContentType,
                               MetricsPage(sources)};
    };
  }
  net::HttpServer::Options server;
  server.port = options.rest_api_port == 0
                    ? net::HttpServer::kNoPort
                    : static_cast<int>(options.rest_api_port);
  server.num_threads =
      NumThreads(options.rest_api_num_threads, backend.max_batched_requests);
  server.unix_socket_path = options.rest_api_socket_path;
  if (!options.rest_api_plain_http) {
    server.tls = backend.tls;
  }
  server.gate = backend.gate;
  if (backend.counters != nullptr) {
    server.counters = &backend.counters->rest;
  }
  server.on_refusal = [observer = backend.observer, counters = server.counters](
                          const net::HttpRefusal& refusal) {
    CountRefusal(CodeOf(refusal.status), counters);
    ObserveRefusal(refusal, observer);
  };
  server.memory = backend.memory;
  server.max_waiting = options.max_waiting_requests;
  server.max_connections = LimitsOf(options).rest;
  server.max_body_bytes = static_cast<uint64_t>(MaxRequestBytes(
      options.rest_api_max_body_bytes, kMaxDefaultBodyBytes, backend.memory));
  server.max_inflated_body_bytes = static_cast<uint64_t>(
      MaxRequestBytes(options.rest_api_max_inflated_bytes, kMaxDefaultBodyBytes,
                      backend.memory));
  server.max_inflate_ratio = static_cast<uint64_t>(options.max_inflate_ratio);
  server.max_header_bytes =
      static_cast<uint32_t>(options.rest_api_max_header_bytes);
  server.request_timeout =
      std::chrono::milliseconds(options.rest_api_receive_timeout_in_ms);
  server.idle_timeout =
      std::chrono::milliseconds(options.rest_api_idle_timeout_in_ms);
  const auto api = std::make_shared<const rest::Routes>(
      backend.lookup, backend.status, backend.gate, routes);
  server.quick_handler =
      [api, hider = backend.path_hider](
          const net::HttpRequest& request) -> std::optional<net::HttpResponse> {
    std::optional<net::HttpResponse> response = api->HandleQuickly(request);
    if (response.has_value()) {
      response = HidePaths(request, hider, *std::move(response));
    }
    return response;
  };
  auto started = net::HttpServer::Start(
      server,
      [api, hider = backend.path_hider](const net::HttpRequest& request) {
        return HidePaths(request, hider, (*api)(request));
      });
  if (!started.ok()) {
    return started;
  }
  if (options.rest_api_port != 0) {
    ABSL_LOG(INFO) << "REST on port " << (*started)->port();
  }
  if (!options.rest_api_socket_path.empty()) {
    ABSL_LOG(INFO) << "REST on the UNIX socket "
                   << options.rest_api_socket_path;
  }
  return started;
}

absl::StatusOr<GrpcServers> StartGrpc(const ServerOptions& options,
                                      const Backend& backend) {
  grpc::ServerOptions server;
  auto arguments = ParseChannelArguments(options.grpc_channel_arguments);
  if (!arguments.ok()) {
    return arguments.status();
  }
  server.channel_arguments = *std::move(arguments);
  const bool has_argument =
      std::any_of(server.channel_arguments.begin(),
                  server.channel_arguments.end(), [](const auto& argument) {
                    return argument.first == "grpc.max_receive_message_length";
                  });
  // The flag overrides the channel argument.
  server.max_request_bytes = static_cast<int>(
      options.grpc_max_receive_message_bytes == 0 && has_argument
          ? -1
          : MaxRequestBytes(options.grpc_max_receive_message_bytes,
                            std::numeric_limits<int32_t>::max(),
                            backend.memory));
  server.max_inflate_ratio = options.max_inflate_ratio;
  server.gate = backend.gate;
  server.memory = backend.memory;
  server.max_waiting = options.max_waiting_requests;
  server.max_connections = LimitsOf(options).grpc;
  server.receive_timeout =
      std::chrono::milliseconds(options.grpc_receive_timeout_in_ms);
  server.idle_timeout =
      std::chrono::milliseconds(options.grpc_idle_timeout_in_ms);
  if (backend.counters != nullptr) {
    server.counters = &backend.counters->grpc;
  }
  server.on_refusal = [observer = backend.observer, counters = server.counters](
                          const grpc::CallRefusal& refusal) {
    CountRefusal(static_cast<absl::StatusCode>(refusal.code), counters);
    ObserveCallRefusal(refusal, observer);
  };
  server.find_numbers = FindNumbers;
  server.warn = [](const std::string& line) { ABSL_LOG(WARNING) << line; };
  if (backend.path_hider != nullptr) {
    server.edit_error = [hider = backend.path_hider](const std::string& text) {
      return hider->Hide(text);
    };
  }
  grpc::MethodTable methods = GrpcMethods(options, backend);
  GrpcServers servers;
  std::vector<std::string> management_methods;
  if (!options.management_address.empty()) {
    grpc::MethodTable management = ExtractManagementMethods(&methods);
    for (const auto& [method, handler] : management) {
      if (IsManagement(method)) {
        management_methods.push_back(method);
      }
    }
    auto started =
        StartManagement(options, backend, server, std::move(management));
    if (!started.ok()) {
      return started.status();
    }
    servers.management = *std::move(started);
  }
  if (options.port == 0 && options.grpc_socket_path.empty()) {
    return servers;
  }

  if (options.port != 0) {
    server.addresses.push_back(absl::StrCat("0.0.0.0:", options.port));
  }
  if (!options.grpc_socket_path.empty()) {
    server.addresses.push_back(absl::StrCat("unix:", options.grpc_socket_path));
  }
  server.tls = backend.tls;
  server.num_workers =
      NumThreads(options.grpc_max_threads, backend.max_batched_requests);
  server.serve_health = options.enable_grpc_healthcheck_service;
  server.health_services = backend.health_services;
  grpc::StreamTable streams;
  if (options.enable_grpc_reflection) {
    std::vector<std::string> services = ServicesOf(methods);
    if (server.serve_health) {
      services.emplace_back("grpc.health.v1.Health");
    }
    streams = grpc::MakeReflection(std::move(services));
  }
  if (servers.management != nullptr) {
    for (const std::string& method : management_methods) {
      methods[method] = RefuseManagement;
    }
  }
  auto started = StartServer(server, std::move(methods), std::move(streams));
  if (!started.ok()) {
    return started.status();
  }
  servers.serving = *std::move(started);
  if (options.port != 0) {
    ABSL_LOG(INFO) << "gRPC on port " << servers.serving->ports()[0];
  }
  if (!options.grpc_socket_path.empty()) {
    ABSL_LOG(INFO) << "gRPC on the UNIX socket " << options.grpc_socket_path;
  }
  return servers;
}

}  // namespace tfs3
