// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/base/tls_check.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_stream.h"
#include "tensorflow_serving_s3/model_servers/grpc/channel_arguments.h"
#include "tensorflow_serving_s3/model_servers/grpc/health.h"
#include "tensorflow_serving_s3/model_servers/grpc/listening.h"
#include "tensorflow_serving_s3/model_servers/grpc/request_head.h"
#include "tensorflow_serving_s3/model_servers/grpc/socket_info.h"
#include "tensorflow_serving_s3/model_servers/grpc/stream_call.h"
#include "tensorflow_serving_s3/model_servers/grpc/unary_call.h"
#include "tensorflow_serving_s3/model_servers/net/acceptor.h"
#include "tensorflow_serving_s3/model_servers/net/http2/server.h"

namespace tfs3::grpc {
namespace {

// Handlers may run on the threads of the connections or on worker threads.
// Moving a call to another thread costs more than a small call. But a handler
// that blocks a connection's thread delays all connections of that thread.

int DefaultWorkers() {
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(8, 4 * processors);
}

uint64_t MaxMessageBytes(const ServerOptions& options,
                         const ChannelArguments& arguments) {
  constexpr int64_t kMaxMessageBytes = std::numeric_limits<int32_t>::max();
  int64_t most = options.max_request_bytes;
  if (most < 0) {
    most = arguments.max_receive_bytes.value_or(-1);
  }
  return static_cast<uint64_t>(most < 0 ? kMaxMessageBytes : most);
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

void Call::Finish(Payload payload) && {
  std::exchange(state_, nullptr)->Finish(0, "", std::move(payload));
}

void Call::RunOnWorker(Handler handler) && {
  std::exchange(state_, nullptr)->RunOnWorker(std::move(handler));
}

class Server::Impl final : public net::http2::Service {
 public:
  Impl(const ServerOptions& options, const ChannelArguments& arguments,
       MethodTable methods, StreamTable streams)
      : streams_(std::move(streams)),
        serves_health_(options.serve_health),
        workers_(options.num_workers > 0 ? options.num_workers
                                         : DefaultWorkers()) {
    for (auto& [path, handler] : methods) {
      methods_[path] = {std::move(handler)};
    }
    if (serves_health_) {
      for (const std::string& service : options.health_services) {
        health_.Set(service, false);
      }
      methods_[HealthService::kCheck] = {
          [this](Call call) { health_.Check(std::move(call)); },
          /*is_health_check=*/true};
    }
    shared_.gate = options.gate;
    shared_.memory = options.memory;
    shared_.max_waiting = options.max_waiting;
    shared_.counters = options.counters;
    shared_.on_refusal = options.on_refusal;
    shared_.edit_error = options.edit_error;
    shared_.find_numbers = options.find_numbers;
    shared_.workers = &workers_;
    shared_.receive_timeout = options.receive_timeout;
    shared_.inflate = {MaxMessageBytes(options, arguments),
                       static_cast<uint64_t>(options.max_inflate_ratio)};
    shared_.max_send_bytes = arguments.max_send_bytes.value_or(-1);
    shared_.response_coding = arguments.response_coding;
  }

  net::http2::Stream* NewStream(net::http2::Connection* connection,
                                const net::http2::HeaderList& headers,
                                bool complete) override {
    RequestHead head(headers);
    if (!complete) {
      return NewRefusedCall(
          connection, shared_, std::move(head),
          {Code::kResourceExhausted,
           "the headers have more than " +
               std::to_string(connection->options().session.max_header_bytes) +
               " bytes (grpc.max_metadata_size)"});
    }
    if (head.http_status() != 200) {
      return NewHttpRefusal(
          connection, shared_, head.http_status(),
          head.is_head() ? "" : connection->options().wrong_protocol_text);
    }
    if (const auto method = methods_.find(head.path());
        method != methods_.end()) {
      return NewUnaryCall(connection, shared_, method->second, std::move(head));
    }
    if (const auto stream = streams_.find(head.path());
        stream != streams_.end()) {
      return NewStreamCall(connection, shared_, stream->second,
                           std::move(head));
    }
    if (serves_health_ && head.path() == HealthService::kWatch) {
      return health_.NewWatch(connection, shared_, std::move(head));
    }
    std::string message = "this server has no method " + head.path();
    return NewRefusedCall(connection, shared_, std::move(head),
                          {Code::kUnimplemented, std::move(message)});
  }

  std::unordered_map<std::string, UnaryMethod> methods_;
  const StreamTable streams_;
  HealthService health_;
  const bool serves_health_;
  CallContext shared_;
  std::vector<Listener> listeners_;
  std::vector<int> ports_;
  WorkerPool workers_;
  // Declared last: its threads use the other members.
  std::unique_ptr<net::http2::Server> server_;
};

namespace {

struct ListenAllResult {
  std::vector<Listener> listeners;
  // The port of each address.
  std::vector<int> ports;
  // Empty on success.
  std::string error;
};

void CloseAll(const std::vector<Listener>& listeners) {
  for (const Listener& listener : listeners) {
    CloseListener(listener);
  }
}

// Listens at all addresses, or at none.
ListenAllResult ListenAtAll(const ServerOptions& options, bool share_port) {
  ListenAllResult all;
  const ListenOptions listen{share_port, options.receive_timeout};
  for (const std::string& address : options.addresses) {
    ListenResult result = Listen(address, listen);
    if (result.listeners.empty()) {
      CloseAll(all.listeners);
      return {{}, {}, std::move(result.error)};
    }
    all.ports.push_back(result.listeners[0].port);
    for (Listener& listener : result.listeners) {
      all.listeners.push_back(std::move(listener));
    }
  }
  return all;
}

net::http2::Server::Options HttpOptions(const ServerOptions& options,
                                        ChannelArguments arguments) {
  net::http2::Server::Options http;
  http.tls = options.tls;
  http.connections = std::move(arguments.connections);
  http.connections.receive_timeout = options.receive_timeout;
  if (!arguments.has_handshake_timeout) {
    http.connections.handshake_timeout = options.receive_timeout;
  }
  if (http.connections.idle_timeout.count() == 0) {
    http.connections.idle_timeout = options.idle_timeout;
  }
  http.connections.wrong_protocol_text =
      "This port serves gRPC, which is HTTP/2 with the content type "
      "application/grpc. Send REST requests to the REST port "
      "(--rest_api_port).\n";
  http.max_connections = options.max_connections;
  http.peer_of = PeerOf;
  http.counters = options.counters;
  if (options.warn) {
    http.log = [warn = options.warn, limit = options.max_connections,
                name = options.max_connections_name](
                   const net::Acceptor::Events& events) {
      if (events.without_descriptor > 0) {
        warn("gRPC: refused " + std::to_string(events.without_descriptor) +
             " connections because this process has reached its limit of open "
             "files; raise it (ulimit -n) or lower " +
             name);
      }
      if (events.refused + events.evicting > 0) {
        warn("gRPC: the limit of open connections, " + std::to_string(limit) +
             " (" + name + "), is reached: refused " +
             std::to_string(events.refused) + " new connections and closed " +
             std::to_string(events.evicting) +
             " idle ones; raise it, and the limit of open files (ulimit -n)");
      }
      return true;
    };
  }
  return http;
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
  ChannelArguments arguments(options.channel_arguments);
  if (options.warn) {
    for (const std::string& warning : arguments.warnings) {
      options.warn(warning);
    }
  }
  ListenAllResult all = ListenAtAll(options, arguments.share_port);
  if (!all.error.empty()) {
    return {nullptr, std::move(all.error)};
  }
  auto impl = std::make_unique<Impl>(options, arguments, std::move(methods),
                                     std::move(streams));
  impl->ports_ = std::move(all.ports);
  impl->listeners_ = std::move(all.listeners);
  net::http2::Server::Options http = HttpOptions(options, std::move(arguments));
  for (const Listener& listener : impl->listeners_) {
    http.listeners.push_back(listener.fd);
  }
  net::http2::Server::StartResult started =
      net::http2::Server::Start(std::move(http), impl.get());
  if (started.server == nullptr) {
    CloseAll(impl->listeners_);
    return {nullptr, std::move(started.error)};
  }
  impl->server_ = std::move(started.server);
  return {std::unique_ptr<Server>(new Server(std::move(impl))), ""};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Shutdown(std::chrono::milliseconds(0)); }

const std::vector<int>& Server::ports() const { return impl_->ports_; }

void Server::SetServing(const std::string& service, bool serving) {
  impl_->health_.Set(service, serving);
}

void Server::SetNothingServing() { impl_->health_.SetNothingServing(); }

void Server::BeginShutdown() {
  impl_->server_->StopAccepting();
  CloseAll(std::exchange(impl_->listeners_, {}));
  impl_->server_->BeginStop();
}

void Server::Shutdown(std::chrono::milliseconds grace) {
  BeginShutdown();
  impl_->server_->Stop(grace);
}

}  // namespace tfs3::grpc
