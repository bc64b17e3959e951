// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <future>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "tensorflow_serving_s3/model_servers/base/spare_descriptor.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/net/http/http2_service.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_connection.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server_context.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/listener.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How long the server accepts no connection when no file descriptor is free.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

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

// A listening socket. The first loop owns it.
struct Listener {
  Listener(asio::io_context& io, const TlsContext* tls)
      : acceptor(io), timer(io), tls(tls) {}

  Acceptor acceptor;
  SteadyTimer timer;
  // Null: no TLS.
  const TlsContext* const tls;
};

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
      Acceptor& acceptor = AddListener(tls_.get());
      absl::Status status =
          ListenOnPort(options.address, options.port, &acceptor);
      if (!status.ok()) {
        return status;
      }
      port_ = PortOf(acceptor);
    }
    if (!options.unix_socket_path.empty()) {
      absl::Status status =
          ListenOnUnixSocket(options.unix_socket_path, &AddListener(nullptr));
      if (!status.ok()) {
        return status;
      }
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
    asio::post(loops_[0]->io(), [this] {
      for (const auto& listener : listeners_) {
        Accept(listener.get());
      }
    });
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
    std::promise<void> closed;
    asio::post(loops_[0]->io(), [&] {
      for (const auto& listener : listeners_) {
        error_code ignored;  // The acceptor is not used again.
        listener->acceptor.close(ignored);
        listener->timer.cancel();
      }
      closed.set_value();
    });
    closed.get_future().wait();
    if (has_unix_socket_) {
      unlink(context_.options.unix_socket_path.c_str());
    }
    for (const auto& loop : loops_) {
      loop->BeginStop();
    }
    for (const auto& loop : loops_) {
      loop->WaitUntilEmpty(
          std::chrono::duration_cast<std::chrono::milliseconds>(
              std::max(deadline - std::chrono::steady_clock::now(),
                       std::chrono::steady_clock::duration::zero())));
    }
    for (const auto& loop : loops_) {
      loop->CloseAll();
    }
    for (const auto& loop : loops_) {
      loop->WaitUntilEmpty();
    }
    context_.workers.reset();
    context_.read_workers.reset();
    for (const auto& loop : loops_) {
      loop->Join();
    }
    listeners_.clear();
    loops_.clear();
  }

 private:
  Acceptor& AddListener(const TlsContext* tls) {
    listeners_.push_back(std::make_unique<Listener>(loops_[0]->io(), tls));
    return listeners_.back()->acceptor;
  }

  void Accept(Listener* listener) {
    IoLoop* const loop = loops_[next_loop_++ % loops_.size()].get();
    listener->acceptor.async_accept(
        loop->io(),
        [this, listener, loop](error_code error, StreamSocket socket) {
          if (!listener->acceptor.is_open()) {
            return;
          }
          if (!error) {
            Admit(std::make_shared<HttpConnection>(
                      std::move(socket), listener->tls, loop, &context_),
                  loop);
          }
          if (error == asio::error::no_descriptors ||
              error == asio::error::no_memory ||
              error == asio::error::no_buffer_space ||
              error == error_code(ENFILE, boost::system::system_category())) {
            RefuseWithoutDescriptor(listener);
            AcceptLater(listener);
          } else {
            Accept(listener);
          }
        });
  }

  // Starts a connection, or closes it because of the limit. The connection has
  // already been counted.
  void Admit(std::shared_ptr<HttpConnection> connection, IoLoop* loop) {
    if (num_open() <= context_.options.max_connections) {
      Start(std::move(connection), loop, /*in_reserve=*/false);
    } else {
      MakeRoom(std::move(connection), loop, /*in_reserve=*/false, 0);
    }
  }

  void Start(std::shared_ptr<HttpConnection> connection, IoLoop* loop,
             bool in_reserve) {
    asio::post(loop->io(), [connection = std::move(connection), in_reserve] {
      if (in_reserve) {
        connection->StartInReserve();
      } else {
        connection->Start();
      }
    });
  }

  // Closes an idle connection of loops_[index] or a later loop, and starts
  // `connection`.
  void MakeRoom(std::shared_ptr<HttpConnection> connection, IoLoop* loop,
                bool in_reserve, size_t index) {
    if (index == loops_.size()) {
      if (in_reserve) {
        ++context_.counters->refused_connections;
      } else {
        AdmitBeyondLimit(std::move(connection), loop);
      }
      return;
    }
    IoLoop* const searched = loops_[index].get();
    asio::post(searched->io(), [this, connection = std::move(connection), loop,
                                in_reserve, index, searched]() mutable {
      if (context_.stopping) {
        return;
      }
      if (searched->CloseIdlest(in_reserve)) {
        Start(std::move(connection), loop, in_reserve);
      } else {
        MakeRoom(std::move(connection), loop, in_reserve, index + 1);
      }
    });
  }

  void AdmitBeyondLimit(std::shared_ptr<HttpConnection> connection,
                        IoLoop* loop) {
    const int64_t limit = context_.options.max_connections;
    ABSL_LOG_EVERY_N_SEC(WARNING, 10)
        << "REST: the limit of open connections, " << limit
        << " (--rest_api_max_connections), is reached; new connections are "
           "refused, except some for probes. Raise it, and the limit of open "
           "files (ulimit -n).";
    if (num_open() <= limit + kReservedConnections) {
      Start(std::move(connection), loop, /*in_reserve=*/true);
    } else {
      MakeRoom(std::move(connection), loop, /*in_reserve=*/true, 0);
    }
  }

  int64_t num_open() const { return context_.counters->open_connections; }

  // Closes the next connection in the listener's queue, so that its client does
  // not wait.
  void RefuseWithoutDescriptor(Listener* listener) {
    ABSL_LOG_EVERY_N_SEC(WARNING, 10)
        << "REST: connections are refused because this process has reached "
           "its limit of open files; raise it (ulimit -n) or lower "
           "--rest_api_max_connections.";
    spare_descriptor_.CloseNextConnection(listener->acceptor.native_handle());
    ++context_.counters->refused_connections;
  }

  // Accepts again after a pause, to avoid a busy loop.
  void AcceptLater(Listener* listener) {
    listener->timer.expires_after(kAcceptPause);
    listener->timer.async_wait([this, listener](error_code cancelled) {
      if (!cancelled && listener->acceptor.is_open()) {
        Accept(listener);
      }
    });
  }

  HttpServerContext context_;
  std::unique_ptr<Http2Service> http2_;
  std::unique_ptr<TlsContext> tls_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  size_t next_loop_ = 0;
  int port_ = kNoPort;
  SpareDescriptor spare_descriptor_;
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
