// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/acceptor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <new>
#include <utility>

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How many connections are accepted before the loop serves others.
constexpr int kAcceptsPerTurn = 64;
// How long no connection is accepted when no file descriptor is free.
constexpr auto kAcceptPause = std::chrono::milliseconds(20);
constexpr auto kLogPeriod = std::chrono::seconds(10);

}  // namespace

Acceptor::Acceptor(Options options, const IoLoops* loops)
    : options_(std::move(options)), loops_(*loops) {
  asio::io_context& io = loops_[0]->io();
  for (const int fd : options_.listeners) {
    listeners_.emplace_back(io, fd, listeners_.size());
  }
  asio::post(io, [this] {
    for (Listener& listener : listeners_) {
      Accept(&listener);
    }
  });
}

void Acceptor::Stop() {
  asio::post(loops_[0]->io(), [this] {
    accepts_ = false;
    for (Listener& listener : listeners_) {
      listener.descriptor.release();
      listener.timer.cancel();
    }
    if (!is_waiting_) {
      stopped_.set_value();
    }
  });
  stopped_.get_future().wait();
}

void Acceptor::Accept(Listener* listener) {
  if (!accepts_) {
    return;
  }
  const auto again = [this, listener](error_code error = {}) {
    if (!error) {
      Accept(listener);
    }
  };
  const int listening = listener->descriptor.native_handle();
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (is_waiting_) {
      paused_.push_back(listener);
      return;
    }
    const int fd =
        accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Admit(fd, listener->index);
      continue;
    }
    switch (errno) {
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        // False if no connection waits: accept4 fails then, too.
        if (spare_descriptor_.CloseNextConnection(listening)) {
          ++options_.counters->refused_connections;
          ++events_.without_descriptor;
          Log();
        }
        // The pause avoids a busy loop.
        listener->timer.expires_after(kAcceptPause);
        listener->timer.async_wait(again);
        return;
      case EINTR:
      case ECONNABORTED:  // The client has already disconnected.
        continue;
      default:
        listener->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                        again);
        return;
    }
  }
  asio::post(loops_[0]->io(), again);
}

void Acceptor::Admit(int fd, size_t listener) {
  IoLoop* const loop = loops_[next_loop_++ % loops_.size()].get();
  StreamSocket socket(loop->io());
  error_code error;
  // Asio uses the family only to open sockets.
  socket.assign({AF_UNSPEC, 0}, fd, error);
  if (error) {
    close(fd);
    return;
  }
  Accepted accepted{nullptr, loop};
  try {
    accepted.connection = options_.connect(std::move(socket), listener, loop);
  } catch (const std::bad_alloc&) {
    return;  // The socket is closed.
  }
  if (options_.max_connections == 0 ||
      *options_.num_open <= options_.max_connections) {
    Start(std::move(accepted));
  } else {
    is_waiting_ = true;
    MakeRoom(std::move(accepted), 0);
  }
}

void Acceptor::Start(Accepted accepted) {
  asio::io_context& io = accepted.loop->io();
  asio::post(io, [accepted = std::move(accepted)] {
    accepted.connection->Start(accepted.in_reserve);
  });
}

void Acceptor::MakeRoom(Accepted waiting, size_t index) {
  IoLoop* const loop = loops_[index].get();
  auto search = [this, waiting = std::move(waiting), index, loop]() mutable {
    waiting.has_room = loop->CloseIdlest(waiting.in_reserve);
    if (!waiting.has_room && index + 1 < loops_.size()) {
      MakeRoom(std::move(waiting), index + 1);
      return;
    }
    auto end = [this, waiting = std::move(waiting)]() mutable {
      EndWait(std::move(waiting));
    };
    asio::post(loops_[0]->io(), std::move(end));
  };
  asio::post(loop->io(), std::move(search));
}

void Acceptor::EndWait(Accepted waiting) {
  if (!waiting.has_room && !waiting.in_reserve && options_.max_reserved > 0) {
    waiting.in_reserve = true;
    waiting.has_room =
        *options_.num_open <= options_.max_connections + options_.max_reserved;
    if (!waiting.has_room) {
      MakeRoom(std::move(waiting), 0);
      return;
    }
  }
  is_waiting_ = false;
  if (!accepts_) {
    waiting.connection.reset();
    stopped_.set_value();
    return;
  }
  if (waiting.has_room) {
    ++(waiting.in_reserve ? events_.reserved : events_.evicting);
    Start(std::move(waiting));
  } else {
    ++events_.refused;
    ++options_.counters->refused_connections;
    waiting.connection.reset();  // Closes it.
  }
  Log();
  while (!is_waiting_ && !paused_.empty()) {
    Listener* const listener = paused_.front();
    paused_.pop_front();
    Accept(listener);
  }
}

void Acceptor::Log() {
  const auto now = IoConnection::Clock::now();
  if (options_.log && now >= next_log_ && options_.log(events_)) {
    events_ = {};
    next_log_ = now + kLogPeriod;
  }
}

}  // namespace tfs3::net
