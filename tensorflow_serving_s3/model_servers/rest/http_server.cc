// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/http_server.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/rest/http_connection.h"
#include "tensorflow_serving_s3/model_servers/rest/io_loop.h"
#include "tensorflow_serving_s3/model_servers/worker_pool.h"

namespace tfs3::rest {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

// How long accepting rests when the process has run out of file descriptors.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

int Processors() { return std::max(1u, std::thread::hardware_concurrency()); }

absl::Status ListenError(const HttpServer::Options& options, error_code error) {
  const std::string place = absl::StrCat(
      "Cannot listen for HTTP on ", options.address, ":", options.port, ": ");
  if (error == asio::error::address_in_use) {
    return absl::FailedPreconditionError(absl::StrCat(
        place, "another process has port ", options.port,
        ". Stop it, or choose another port (0 takes any free one)."));
  }
  if (error == asio::error::access_denied) {
    return absl::PermissionDeniedError(
        absl::StrCat(place, "this user may not open port ", options.port,
                     ". Choose a port above 1023."));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      place, error.message(),
      ". The address must be a name or an IP address of this machine."));
}

// Opens the acceptor on the first address that the name has.
absl::Status Listen(const HttpServer::Options& options, asio::io_context* io,
                    Acceptor* acceptor) {
  if (options.port < 0 || options.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot listen for HTTP on port ", options.port,
                     ": a port is a number from 0 to 65535."));
  }
  error_code error;
  tcp::resolver resolver(*io);
  const auto addresses = resolver.resolve(
      options.address, std::to_string(options.port),
      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) return ListenError(options, error);
  const tcp::endpoint endpoint = *addresses.begin();
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(Acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6())
    acceptor->set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(Acceptor::max_listen_connections, error);
  if (!error) acceptor->non_blocking(true, error);
  return error ? ListenError(options, error) : absl::OkStatus();
}

class HttpServerImpl : public HttpServer {
 public:
  HttpServerImpl(const Options& options, Handler handler) {
    context_.options = options;
    context_.handler = std::move(handler);
    const auto sweep_period = std::clamp(
        std::min(options.request_timeout, options.idle_timeout) / 4,
        std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
    const int num_loops = std::clamp(Processors() / 4, 1, 8);
    for (int i = 0; i < num_loops; ++i)
      loops_.push_back(std::make_unique<IoLoop>(sweep_period));
    acceptor_.emplace(loops_[0]->io());
    accept_timer_.emplace(loops_[0]->io());
  }

  ~HttpServerImpl() override { Stop(std::chrono::milliseconds(0)); }

  absl::Status Open() {
    if (absl::Status status =
            Listen(context_.options, &loops_[0]->io(), &*acceptor_);
        !status.ok())
      return status;
    port_ = acceptor_->local_endpoint().port();
    const int threads = context_.options.num_threads;
    context_.workers =
        std::make_unique<WorkerPool>(threads > 0 ? threads : 4 * Processors());
    asio::post(loops_[0]->io(), [this] { Accept(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void Stop(std::chrono::milliseconds grace) override {
    std::lock_guard<std::mutex> lock(stop_mutex_);
    if (loops_.empty()) return;
    const auto deadline = std::chrono::steady_clock::now() + grace;
    context_.stopping = true;
    std::promise<void> closed;
    asio::post(loops_[0]->io(), [&] {
      error_code ignored;  // the acceptor is given up in any case
      acceptor_->close(ignored);
      accept_timer_->cancel();
      closed.set_value();
    });
    closed.get_future().wait();
    for (const auto& loop : loops_) loop->BeginStop();
    for (const auto& loop : loops_) {
      loop->WaitUntilEmpty(
          std::chrono::duration_cast<std::chrono::milliseconds>(
              std::max(deadline - std::chrono::steady_clock::now(),
                       std::chrono::steady_clock::duration::zero())));
    }
    for (const auto& loop : loops_) loop->CloseAll();
    for (const auto& loop : loops_) loop->WaitUntilEmpty();
    context_.workers.reset();
    for (const auto& loop : loops_) loop->Join();
    acceptor_.reset();
    accept_timer_.reset();
    loops_.clear();
  }

 private:
  void Accept() {
    IoLoop* const loop = loops_[next_loop_++ % loops_.size()].get();
    acceptor_->async_accept(
        loop->io(), [this, loop](error_code error, TcpSocket socket) {
          if (!acceptor_->is_open()) return;
          if (!error) {
            auto connection = std::make_shared<HttpConnection>(
                std::move(socket), loop, &context_);
            asio::post(loop->io(), [connection] { connection->Start(); });
          }
          if (error == asio::error::no_descriptors ||
              error == asio::error::no_memory ||
              error == asio::error::no_buffer_space ||
              error == error_code(ENFILE, boost::system::system_category())) {
            // Retrying at once would spin until some other connection closes.
            accept_timer_->expires_after(kAcceptPause);
            accept_timer_->async_wait([this](error_code cancelled) {
              if (!cancelled && acceptor_->is_open()) Accept();
            });
            return;
          }
          Accept();
        });
  }

  HttpServerContext context_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  // Both belong to the first loop.
  std::optional<Acceptor> acceptor_;
  std::optional<SteadyTimer> accept_timer_;
  size_t next_loop_ = 0;
  int port_ = 0;
  std::mutex stop_mutex_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const Options& options, Handler handler) {
  auto server = std::make_unique<HttpServerImpl>(options, std::move(handler));
  if (absl::Status status = server->Open(); !status.ok()) return status;
  return server;
}

}  // namespace tfs3::rest
