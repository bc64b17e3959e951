// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstddef>
#include <future>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/spare_descriptor.h"
#include "tensorflow_serving_s3/model_servers/net/http2/byte_stream.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net::http2 {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Clock = std::chrono::steady_clock;

// How many connections are accepted before the loop serves others.
constexpr int kAcceptsPerTurn = 64;
// How long the server accepts no connection when no file descriptor is free.
constexpr auto kAcceptPause = std::chrono::milliseconds(20);
constexpr auto kLogPeriod = std::chrono::seconds(10);

int DefaultLoops() {
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
    const int num_loops =
        options_.num_loops > 0 ? options_.num_loops : DefaultLoops();
    for (int i = 0; i < num_loops; ++i) {
      loops_.push_back(
          std::make_unique<IoLoop>(SweepPeriod(options_.connections)));
    }
    for (const int fd : options_.listeners) {
      listeners_.push_back(std::make_unique<Listener>(loops_[0]->io(), fd));
    }
    asio::post(loops_[0]->io(), [this] {
      for (const auto& listener : listeners_) {
        Await(listener.get());
      }
    });
  }

  ~Impl() { context_.counters->max_connections -= options_.max_connections; }

  void StopAccepting() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (std::exchange(has_stopped_accepting_, true)) {
      return;
    }
    accepts_ = false;
    std::promise<void> stopped;
    asio::post(loops_[0]->io(), [&] {
      for (const auto& listener : listeners_) {
        listener->descriptor.release();
        listener->timer.cancel();
      }
      stopped.set_value();
    });
    stopped.get_future().wait();
  }

  void BeginStop() {
    StopAccepting();
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::promise<void>> told(loops_.size());
    for (size_t i = 0; i < loops_.size(); ++i) {
      loops_[i]->BeginStop();
      asio::post(loops_[i]->io(), [&told, i] { told[i].set_value(); });
    }
    for (std::promise<void>& promise : told) {
      promise.get_future().wait();
    }
  }

  void Stop(std::chrono::milliseconds grace) {
    const auto deadline = Clock::now() + grace;
    BeginStop();
    std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& loop : loops_) {
      loop->WaitUntilEmpty(
          std::chrono::duration_cast<std::chrono::milliseconds>(
              std::max(deadline - Clock::now(), Clock::duration::zero())));
    }
    closes_ = true;
    for (const auto& loop : loops_) {
      loop->CloseAll();
    }
    for (const auto& loop : loops_) {
      loop->WaitUntilEmpty();
    }
    for (const auto& loop : loops_) {
      loop->Join();
    }
    listeners_.clear();
    loops_.clear();
  }

 private:
  struct Listener {
    Listener(asio::io_context& io, int fd) : descriptor(io, fd), timer(io) {}

    Descriptor descriptor;
    SteadyTimer timer;
  };

  void Await(Listener* listener) {
    listener->descriptor.async_wait(Descriptor::wait_read,
                                    [this, listener](error_code error) {
                                      if (!error && accepts_) {
                                        Accept(listener);
                                      }
                                    });
  }

  // Accepts again after a pause, to avoid a busy loop.
  void AwaitLater(Listener* listener) {
    listener->timer.expires_after(kAcceptPause);
    listener->timer.async_wait([this, listener](error_code error) {
      if (!error && accepts_) {
        Accept(listener);
      }
    });
  }

  void Accept(Listener* listener) {
    const int listening = listener->descriptor.native_handle();
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      const int fd =
          accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        Admit(fd);
        continue;
      }
      switch (errno) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
          spare_descriptor_.CloseNextConnection(listening);
          ++unlogged_without_descriptor_;
          CountRefused();
          AwaitLater(listener);
          return;
        case EINTR:
        case ECONNABORTED:  // The client has already disconnected.
          continue;
        default:
          Await(listener);
          return;
      }
    }
    asio::post(loops_[0]->io(), [this, listener] {
      if (accepts_) {
        Accept(listener);
      }
    });
  }

  // Starts a connection, or closes it because of the limit.
  void Admit(int fd) {
    IoLoop* const loop = loops_[next_loop_++ % loops_.size()].get();
    std::shared_ptr<Connection> connection;
    try {
      connection = MakeConnection(fd, loop);
    } catch (const std::bad_alloc&) {
      close(fd);
      return;
    }
    if (connection == nullptr) {
      close(fd);
    } else if (options_.max_connections == 0 ||
               context_.num_open <= options_.max_connections) {
      StartConnection(std::move(connection), loop);
    } else {
      MakeRoom(std::move(connection), loop, 0);
    }
  }

  // Returns null if the socket cannot be used.
  std::shared_ptr<Connection> MakeConnection(int fd, IoLoop* loop) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return nullptr;
    }
    StreamSocket socket(loop->io());
    error_code error;
    socket.assign(
        asio::generic::stream_protocol(
            address.ss_family, address.ss_family == AF_UNIX ? 0 : IPPROTO_TCP),
        fd, error);
    if (error) {
      return nullptr;
    }
    std::string peer = options_.peer_of ? options_.peer_of(fd) : "";
    return std::make_shared<Connection>(
        ByteStream(std::move(socket), tls_.get()), std::move(peer), loop,
        &context_);
  }

  void StartConnection(std::shared_ptr<Connection> connection, IoLoop* loop) {
    asio::post(loop->io(), [this, connection = std::move(connection)] {
      if (!closes_) {
        connection->Start();
      }
    });
  }

  // Closes an idle connection of loops_[index] or a later loop, and starts
  // `connection`.
  void MakeRoom(std::shared_ptr<Connection> connection, IoLoop* loop,
                size_t index) {
    if (index == loops_.size()) {
      CountRefused();
      return;  // Closes it.
    }
    IoLoop* const searched = loops_[index].get();
    asio::post(searched->io(), [this, connection = std::move(connection), loop,
                                index, searched]() mutable {
      if (!accepts_) {
        return;
      }
      if (searched->CloseIdlest(/*in_reserve=*/false)) {
        ++unlogged_evicted_;
        StartConnection(std::move(connection), loop);
        WriteLog();
      } else {
        MakeRoom(std::move(connection), loop, index + 1);
      }
    });
  }

  void CountRefused() {
    ++unlogged_refused_;
    ++context_.counters->refused_connections;
    WriteLog();
  }

  // Logs at most once in ten seconds.
  void WriteLog() {
    std::lock_guard<std::mutex> lock(log_mutex_);
    const auto now = Clock::now();
    if (!options_.warn || now - last_logged_ < kLogPeriod) {
      return;
    }
    last_logged_ = now;
    const int64_t refused = unlogged_refused_.exchange(0);
    const int64_t evicted = unlogged_evicted_.exchange(0);
    const int64_t without = unlogged_without_descriptor_.exchange(0);
    if (without > 0) {
      options_.warn(options_.server_name + ": refused " +
                    std::to_string(without) +
                    " connections because this process has reached its limit "
                    "of open files; raise it (ulimit -n) or lower " +
                    options_.limit_name);
    }
    if (refused - without + evicted > 0) {
      options_.warn(options_.server_name + ": the limit of open connections, " +
                    std::to_string(options_.max_connections) + " (" +
                    options_.limit_name + "), is reached: refused " +
                    std::to_string(refused - without) +
                    " new connections and closed " + std::to_string(evicted) +
                    " idle ones; raise it, and the limit of open files "
                    "(ulimit -n)");
    }
  }

  const Options options_;
  TransportCounters own_counters_;
  ConnectionContext context_;
  const std::unique_ptr<TlsContext> tls_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  // Used by the first loop only.
  std::vector<std::unique_ptr<Listener>> listeners_;
  size_t next_loop_ = 0;
  SpareDescriptor spare_descriptor_;

  std::atomic<int64_t> unlogged_refused_{0};
  std::atomic<int64_t> unlogged_evicted_{0};
  std::atomic<int64_t> unlogged_without_descriptor_{0};
  std::mutex log_mutex_;
  Clock::time_point last_logged_;

  std::atomic<bool> accepts_{true};
  // No further connection may start.
  std::atomic<bool> closes_{false};
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
