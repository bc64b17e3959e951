// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/server.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/net/http2/byte_stream.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net::http2 {
namespace {

int NumLoops() {
  // Beside the load of a client on the same machine, one loop served two
  // processors better than two.
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(processors / 2, 1, 16);
}

std::chrono::milliseconds SweepPeriod(const ConnectionOptions& options) {
  std::chrono::milliseconds shortest =
      std::min(options.receive_timeout, options.handshake_timeout);
  for (const std::chrono::milliseconds time :
       {options.idle_timeout, options.max_age, options.max_age_grace,
        options.keepalive_time, options.keepalive_timeout}) {
    if (time.count() > 0) {
      shortest = std::min(shortest, time);
    }
  }
  return std::clamp(shortest / 8, std::chrono::milliseconds(10),
                    std::chrono::milliseconds(1000));
}

}  // namespace

class Server::Impl {
 public:
  Impl(Options options, Service* service, std::unique_ptr<TlsContext> tls)
      : options_(std::move(options)), tls_(std::move(tls)) {
    context_.options = options_.connections;
    context_.service = service;
    context_.counters =
        options_.counters != nullptr ? options_.counters : &own_counters_;
    context_.counters->max_connections += options_.max_connections;
    for (int i = 0; i < NumLoops(); ++i) {
      loops_.push_back(
          std::make_unique<IoLoop>(SweepPeriod(options_.connections)));
    }
    Acceptor::Options accepting;
    accepting.listeners = options_.listeners;
    accepting.max_connections = options_.max_connections;
    accepting.num_open = &context_.num_open;
    accepting.counters = context_.counters;
    accepting.connect = [this](StreamSocket socket, size_t /*listener*/,
                               IoLoop* loop) {
      std::string peer =
          options_.peer_of ? options_.peer_of(socket.native_handle()) : "";
      return std::make_shared<Connection>(
          ByteStream(std::move(socket), tls_.get()), std::move(peer), loop,
          &context_);
    };
    accepting.log = options_.log;
    acceptor_.emplace(std::move(accepting), &loops_);
  }

  ~Impl() { context_.counters->max_connections -= options_.max_connections; }

  void StopAccepting() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!std::exchange(has_stopped_accepting_, true)) {
      acceptor_->Stop();
    }
  }

  void BeginStop() {
    StopAccepting();
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& loop : loops_) {
      loop->BeginStop();
    }
  }

  void Stop(std::chrono::milliseconds grace) {
    const auto deadline = std::chrono::steady_clock::now() + grace;
    BeginStop();
    std::lock_guard<std::mutex> lock(mutex_);
    CloseLoops(loops_, deadline);
    acceptor_.reset();
    loops_.clear();
  }

 private:
  const Options options_;
  TransportCounters own_counters_;
  ConnectionContext context_;
  const std::unique_ptr<TlsContext> tls_;
  IoLoops loops_;
  std::optional<Acceptor> acceptor_;
  std::mutex mutex_;
  bool has_stopped_accepting_ = false;
};

Server::StartResult Server::Start(Options options, Service* service) {
  std::unique_ptr<TlsContext> tls;
  if (options.tls.has_value()) {
    auto made = TlsContext::Create(*options.tls, TlsContext::Protocols::kHttp2);
    if (!made.ok()) {
      return {nullptr, std::string(made.status().message())};
    }
    tls = *std::move(made);
  }
  return {std::unique_ptr<Server>(new Server(std::make_unique<Impl>(
              std::move(options), service, std::move(tls)))),
          ""};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(std::chrono::milliseconds(0)); }

void Server::StopAccepting() { impl_->StopAccepting(); }

void Server::BeginStop() { impl_->BeginStop(); }

void Server::Stop(std::chrono::milliseconds grace) { impl_->Stop(grace); }

}  // namespace tfs3::net::http2
