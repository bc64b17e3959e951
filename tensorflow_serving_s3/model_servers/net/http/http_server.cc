// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/net/acceptor.h"
#include "tensorflow_serving_s3/model_servers/net/http/http2_service.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_connection.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server_context.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/listener.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net {
namespace {

// The connections above the limit, for probes.
constexpr int64_t kReservedConnections = 16;

// The threads that answer probes, metrics and status.
constexpr int kReadThreads = 2;

int Processors() { return std::max(1u, std::thread::hardware_concurrency()); }

int64_t DefaultMaxConnections() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
      files.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<int64_t>::max();
  }
  return std::max<int64_t>(1, static_cast<int64_t>(files.rlim_cur / 4 * 3));
}

class HttpServerImpl : public HttpServer {
 public:
  HttpServerImpl(const Options& options, Handler handler) {
    context_.options = options;
    if (options.max_connections <= 0) {
      context_.options.max_connections = DefaultMaxConnections();
    }
    context_.counters =
        options.counters != nullptr ? options.counters : &context_.own_counters;
    context_.counters->max_connections = context_.options.max_connections;
    context_.handler = std::move(handler);
    http2_ = std::make_unique<Http2Service>(&context_);
    context_.http2 = http2_.get();
    const auto sweep_period = std::clamp(
        std::min(options.request_timeout, options.idle_timeout) / 4,
        std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
    const int num_loops = std::clamp(Processors() / 4, 1, 8);
    for (int i = 0; i < num_loops; ++i) {
      loops_.push_back(std::make_unique<IoLoop>(sweep_period));
    }
  }

  ~HttpServerImpl() override { Stop(std::chrono::milliseconds(0)); }

  absl::Status Open() {
    const Options& options = context_.options;
    if (options.tls.has_value()) {
      auto tls = TlsContext::Create(*options.tls,
                                    TlsContext::Protocols::kHttp2OrHttp1);
      if (!tls.ok()) {
        return tls.status();
      }
      tls_ = *std::move(tls);
    }
    if (options.port != kNoPort) {
      const auto listener = ListenOnPort(options.address, options.port);
      if (!listener.ok()) {
        return listener.status();
      }
      listeners_.push_back(*listener);
      port_ = PortOf(*listener);
    }
    if (!options.unix_socket_path.empty()) {
      const auto listener = ListenOnUnixSocket(options.unix_socket_path);
      if (!listener.ok()) {
        return listener.status();
      }
      listeners_.push_back(*listener);
      has_unix_socket_ = true;
    }
    if (listeners_.empty()) {
      return absl::InvalidArgumentError(
          "Cannot listen for HTTP: there is neither a port nor the path of a "
          "UNIX socket. Set one of them.");
    }
    context_.workers = std::make_unique<WorkerPool>(
        options.num_threads > 0 ? options.num_threads : 4 * Processors());
    context_.read_workers = std::make_unique<WorkerPool>(kReadThreads);
    acceptor_.emplace(AcceptorOptions(), &loops_);
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void BeginStop() override {
    std::lock_guard<std::mutex> lock(stop_mutex_);
    for (const auto& loop : loops_) {
      loop->SayGoodbye();
    }
  }

  void Stop(std::chrono::milliseconds grace) override {
    std::lock_guard<std::mutex> lock(stop_mutex_);
    if (loops_.empty()) {
      return;
    }
    const auto deadline = std::chrono::steady_clock::now() + grace;
    context_.stopping = true;
    if (acceptor_.has_value()) {
      acceptor_->Stop();
    }
    for (const int listener : listeners_) {
      close(listener);
    }
    if (has_unix_socket_) {
      unlink(context_.options.unix_socket_path.c_str());
    }
    for (const auto& loop : loops_) {
      loop->BeginStop();
    }
    CloseLoops(loops_, deadline);
    context_.workers.reset();
    context_.read_workers.reset();
    acceptor_.reset();
    loops_.clear();
  }

 private:
  Acceptor::Options AcceptorOptions() {
    Acceptor::Options options;
    options.listeners = listeners_;
    options.max_connections = context_.options.max_connections;
    options.max_reserved = kReservedConnections;
    options.num_open = &context_.counters->open_connections;
    options.counters = context_.counters;
    options.connect = [this](StreamSocket socket, size_t listener,
                             IoLoop* loop) {
      const bool is_port = listener == 0 && port_ != kNoPort;
      return std::make_shared<HttpConnection>(
          std::move(socket), is_port ? tls_.get() : nullptr, loop, &context_);
    };
    options.log = [limit = options.max_connections](
                      const Acceptor::Events& events) {
      const bool is_full = events.reserved + events.refused > 0;
      // The absl of TensorFlow 2.16 has no ABSL_LOG_IF.
      if (is_full) {
        ABSL_LOG(WARNING)
            << "REST: the limit of open connections, " << limit
            << " (--rest_api_max_connections), is reached; new connections are "
               "refused, except some for probes. Raise it, and the limit of "
               "open files (ulimit -n).";
      }
      if (events.without_descriptor > 0) {
        ABSL_LOG(WARNING)
            << "REST: connections are refused because this process has reached "
               "its limit of open files; raise it (ulimit -n) or lower "
               "--rest_api_max_connections.";
      }
      return is_full || events.without_descriptor > 0;
    };
    return options;
  }

  HttpServerContext context_;
  std::unique_ptr<Http2Service> http2_;
  std::unique_ptr<TlsContext> tls_;
  IoLoops loops_;
  // The port first.
  std::vector<int> listeners_;
  std::optional<Acceptor> acceptor_;
  int port_ = kNoPort;
  bool has_unix_socket_ = false;
  std::mutex stop_mutex_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const Options& options, Handler handler) {
  auto server = std::make_unique<HttpServerImpl>(options, std::move(handler));
  if (absl::Status status = server->Open(); !status.ok()) {
    return status;
  }
  return server;
}

}  // namespace tfs3::net
