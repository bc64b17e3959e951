// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

#include <absl/synchronization/mutex.h>
#include <grpc/grpc.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <system_error>
#include <thread>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/tls_check.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/connections.h"
#include "tensorflow_serving_s3/model_servers/grpc/health_inflater.h"
#include "tensorflow_serving_s3/model_servers/grpc/listening.h"
#include "tensorflow_serving_s3/model_servers/grpc/stream_call.h"
#include "tensorflow_serving_s3/model_servers/grpc/unary_call.h"
#include "tensorflow_serving_s3/model_servers/grpc/unknown_call.h"

namespace tfs3::grpc {
namespace {

// Handlers may run on gRPC's threads or on worker threads. Moving a call to
// another thread takes about 15 microseconds of CPU time, a third of the
// transport's work for a small message. But a handler that blocks one of gRPC's
// threads (a small machine has two) delays all connections.

// gRPC does not notice that it cannot create one of its own threads: its server
// then answers no call and does not stop. These are more than it creates at its
// start.
int NumLibraryThreads() {
  return 16 + static_cast<int>(std::thread::hardware_concurrency());
}

// Initialises gRPC until the process ends. Otherwise the destructor of the last
// server would shut gRPC down, and that waits up to 10 s for a poller that
// sleeps after a large response.
//
// Switches off absl's deadlock detection, which Debian's absl enables: it takes
// several percent of the time of each call.
//
// Throws std::system_error if the system cannot create gRPC's threads.
void PrepareLibrary() {
  [[maybe_unused]] static const bool prepared = [] {
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    { const WorkerPool trial(NumLibraryThreads()); }
    grpc_init();
    return true;
  }();
}

int DefaultWorkers() {
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(8, 4 * processors);
}

std::shared_ptr<::grpc::ServerCredentials> MakeCredentials(
    const std::optional<TlsOptions>& tls) {
  if (!tls.has_value()) {
    return ::grpc::InsecureServerCredentials();
  }
  ::grpc::SslServerCredentialsOptions options(
      tls->client_verify
          ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
          : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_root_certs = tls->custom_ca;
  options.pem_key_cert_pairs.push_back({tls->server_key, tls->server_cert});
  return ::grpc::SslServerCredentials(options);
}

// How many calls may be open on one connection. HTTP/2 clients delay further
// calls.
constexpr int kMaxStreams = 1000;

// Parses a 32-bit integer.
std::optional<int> ParseInteger(const std::string& text) {
  int number;
  const char* begin = text.data();
  const char* const end = begin + text.size();
  if (end - begin > 1 && begin[0] == '+' && begin[1] != '-') {
    ++begin;
  }
  const auto [rest, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || rest != end) {
    return std::nullopt;
  }
  return number;
}

// Returns the last value of a channel argument; null if it is not set.
const std::string* FindArgument(const ServerOptions& options,
                                std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : options.channel_arguments) {
    if (key == name) {
      found = &value;
    }
  }
  return found;
}

// gRPC's own limit applies to the compressed size of a message.
InflateLimits InflateLimitsOf(const ServerOptions& options) {
  int64_t most = options.max_request_bytes;
  if (most < 0) {
    const std::string* const value =
        FindArgument(options, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH);
    most = value == nullptr ? -1 : ParseInteger(*value).value_or(-1);
  }
  constexpr int64_t kMaxMessageBytes = std::numeric_limits<int32_t>::max();
  return {static_cast<uint64_t>(most < 0 ? kMaxMessageBytes : most),
          static_cast<uint64_t>(options.max_inflate_ratio)};
}

bool MaySharePort(const ServerOptions& options) {
  const std::string* const value =
      FindArgument(options, GRPC_ARG_ALLOW_REUSEPORT);
  return value != nullptr && ParseInteger(*value).value_or(0) != 0;
}

}  // namespace

Call& Call::operator=(Call&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Call::~Call() {
  if (state_ != nullptr) {
    state_->Drop();
  }
}

void Call::Finish(int code, std::string message, std::string payload) && {
  std::exchange(state_, nullptr)
      ->Finish(code, std::move(message), std::move(payload));
}

void Call::RunOnWorker(Handler handler) && {
  std::exchange(state_, nullptr)->RunOnWorker(std::move(handler));
}

class Server::Impl final : public ::grpc::CallbackGenericService {
 public:
  Impl(const ServerOptions& options, MethodTable methods, StreamTable streams)
      : methods_(std::move(methods)),
        streams_(std::move(streams)),
        watch_(options.receive_timeout),
        shared_{options.gate,
                options.memory,
                options.max_waiting,
                options.counters,
                options.on_refusal,
                options.edit_error,
                &workers_,
                &watch_,
                InflateLimitsOf(options)},
        workers_(options.num_workers > 0 ? options.num_workers
                                         : DefaultWorkers()) {}

  ::grpc::ServerGenericBidiReactor* CreateReactor(
      ::grpc::GenericCallbackServerContext* context) override {
    const auto method = methods_.find(context->method());
    if (method != methods_.end()) {
      return NewUnaryCall(context, &method->second, shared_);
    }
    const auto stream = streams_.find(context->method());
    if (stream != streams_.end()) {
      return NewStreamCall(context, &stream->second, shared_);
    }
    return NewUnknownCall(context, shared_);
  }

  // Starts to accept connections for grpc_server_.
  void Accept(const ServerOptions& options, std::vector<Listener> listeners) {
    Connections::Options connections;
    connections.max_connections = options.max_connections;
    connections.limit_name = options.max_connections_name;
    connections.uses_tls = options.tls.has_value();
    connections.idle_timeout = options.idle_timeout;
    connections.counters = options.counters;
    connections.warn = options.warn;
    connections_.emplace(std::move(connections), std::move(listeners), &watch_,
                         [this](int fd) {
                           ::grpc::experimental::ExternalConnectionAcceptor::
                               NewConnectionParameters connection;
                           connection.fd = fd;
                           acceptor_->HandleNewConnection(&connection);
                         });
  }

  const MethodTable methods_;
  const StreamTable streams_;
  CallWatch watch_;
  const CallContext shared_;
  WorkerPool workers_;
  std::vector<int> ports_;
  std::unique_ptr<::grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<::grpc::Server> grpc_server_;
  std::optional<Connections> connections_;
};

namespace {

// Sets a channel argument that ServerOptions does not set.
void SetDefault(const ServerOptions& options, const char* name, int value,
                ::grpc::ServerBuilder* builder) {
  // If an argument is set twice, parts of gRPC use the first value.
  if (FindArgument(options, name) == nullptr) {
    builder->AddChannelArgument(name, value);
  }
}

int Milliseconds(std::chrono::milliseconds time) {
  return static_cast<int>(
      std::min<int64_t>(time.count(), std::numeric_limits<int>::max()));
}

void SetArguments(const ServerOptions& options,
                  ::grpc::ServerBuilder* builder) {
  if (options.memory != nullptr && options.memory->limit() > 0) {
    ::grpc::ResourceQuota quota("requests");
    quota.Resize(static_cast<size_t>(options.memory->limit()));
    builder->SetResourceQuota(quota);
  }
  SetDefault(options, GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams, builder);
  // Includes TLS and the first HTTP/2 frames.
  SetDefault(options, GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
             Milliseconds(options.receive_timeout), builder);
  // gRPC would inflate a message before it checks any limit.
  SetDefault(options, GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0, builder);
  if (options.serve_health) {
    std::vector<std::unique_ptr<
        ::grpc::experimental::ServerInterceptorFactoryInterface>>
        interceptors;
    interceptors.push_back(NewHealthInflaterFactory());
    builder->experimental().SetInterceptorCreators(std::move(interceptors));
  }
  // gRPC's own default is 4 MiB.
  if (options.max_request_bytes >= 0 ||
      FindArgument(options, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH) == nullptr) {
    builder->SetMaxReceiveMessageSize(options.max_request_bytes);
  }
  for (const auto& [name, value] : options.channel_arguments) {
    if (const std::optional<int> number = ParseInteger(value)) {
      builder->AddChannelArgument(name, *number);
    } else {
      builder->AddChannelArgument(name, value);
    }
  }
}

struct ListenAllResult {
  std::vector<Listener> listeners;
  // The port of each address.
  std::vector<int> ports;
  // Empty on success.
  std::string error;
};

// Listens at all addresses, or at none.
ListenAllResult ListenAtAll(const ServerOptions& options) {
  ListenAllResult all;
  // Unlike gRPC, does not share ports by default.
  const ListenOptions listen{MaySharePort(options), options.receive_timeout};
  for (const std::string& address : options.addresses) {
    ListenResult result = Listen(address, listen);
    if (result.listeners.empty()) {
      for (const Listener& listener : all.listeners) {
        CloseListener(listener);
      }
      return {{}, {}, std::move(result.error)};
    }
    all.ports.push_back(result.listeners[0].port);
    for (Listener& listener : result.listeners) {
      all.listeners.push_back(std::move(listener));
    }
  }
  return all;
}

}  // namespace

StartResult Server::Start(const ServerOptions& options, MethodTable methods,
                          StreamTable streams) {
  if (options.addresses.empty()) {
    return {nullptr, "no address to listen at; give one, such as 0.0.0.0:8500"};
  }
  if (options.tls.has_value()) {
    std::string error = CheckTls(*options.tls);
    if (!error.empty()) {
      return {nullptr, std::move(error)};
    }
  }
  ListenAllResult all = ListenAtAll(options);
  if (!all.error.empty()) {
    return {nullptr, std::move(all.error)};
  }
  PrepareLibrary();
  auto impl =
      std::make_unique<Impl>(options, std::move(methods), std::move(streams));
  impl->ports_ = std::move(all.ports);
  // Applies to all servers of the process that are built later.
  ::grpc::EnableDefaultHealthCheckService(options.serve_health);
  ::grpc::ServerBuilder builder;
  SetArguments(options, &builder);
  impl->acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      ::grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      MakeCredentials(options.tls));
  builder.RegisterCallbackGenericService(impl.get());
  impl->grpc_server_ = builder.BuildAndStart();
  if (impl->grpc_server_ == nullptr) {
    for (const Listener& listener : all.listeners) {
      CloseListener(listener);
    }
    return {nullptr,
            "gRPC cannot start a server; read gRPC's log messages and check "
            "--grpc_channel_arguments"};
  }
  Impl* const started = impl.get();
  std::unique_ptr<Server> server(new Server(std::move(impl)));
  server->SetServing("", false);
  for (const std::string& service : options.health_services) {
    server->SetServing(service, false);
  }
  started->Accept(options, std::move(all.listeners));
  return {std::move(server), ""};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Shutdown(std::chrono::milliseconds(0)); }

const std::vector<int>& Server::ports() const { return impl_->ports_; }

void Server::SetServing(const std::string& service, bool serving) {
  auto* health = impl_->grpc_server_->GetHealthCheckService();
  if (health != nullptr) {
    health->SetServingStatus(service, serving);
  }
}

void Server::SetNothingServing() {
  auto* health = impl_->grpc_server_->GetHealthCheckService();
  if (health != nullptr) {
    health->Shutdown();
  }
}

void Server::Shutdown(std::chrono::milliseconds grace) {
  // Empty if Accept could not create its thread.
  if (impl_->connections_.has_value()) {
    impl_->connections_->StopAccepting();
  }
  impl_->grpc_server_->Shutdown(std::chrono::system_clock::now() + grace);
}

}  // namespace tfs3::grpc
