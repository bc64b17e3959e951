// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/io_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <future>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"

namespace tfs3::net {

namespace asio = boost::asio;

IoLoop::IoLoop(std::chrono::milliseconds sweep_period)
    : sweep_period_(sweep_period) {
  ScheduleSweep();
  thread_ = std::thread([this] { io_.run(); });
}

IoLoop::~IoLoop() { Join(); }

void IoLoop::Join() {
  if (!thread_.joinable()) {
    return;
  }
  work_.reset();
  io_.stop();
  thread_.join();
}

void IoLoop::ScheduleSweep() {
  sweep_timer_.expires_after(sweep_period_);
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (error) {
      return;
    }
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : Copy()) {
      connection->CheckDeadline(now);
    }
    ScheduleSweep();
  });
}

bool IoLoop::CloseIdlest(bool in_reserve) {
  const auto now = std::chrono::steady_clock::now();
  if (!in_reserve && now - none_idle_since_ < kNoneIdlePause) {
    return false;
  }
  std::vector<std::pair<IoConnection::Idleness, std::shared_ptr<IoConnection>>>
      idle;
  for (const auto& connection : connections_) {
    if (connection->in_reserve() != in_reserve) {
      continue;
    }
    const IoConnection::Idleness idleness = connection->IdlenessAt(now);
    if (idleness.is_idle) {
      idle.emplace_back(idleness, connection);
    }
  }
  if (idle.empty()) {
    if (!in_reserve) {
      none_idle_since_ = now;
    }
    return false;
  }
  std::sort(idle.begin(), idle.end(), [](const auto& a, const auto& b) {
    return a.first.IsClosedBefore(b.first);
  });
  const size_t most =
      in_reserve ? 1 : connections_.size() / kOpenPerEvicted + 1;
  if (idle.size() > most) {
    idle.resize(most);
  }
  for (const auto& [idleness, connection] : idle) {
    connection->Evict();
  }
  return true;
}

void IoLoop::CallForAll(void (IoConnection::*function)()) {
  std::promise<void> called;
  asio::post(io_, [&] {
    for (const auto& connection : Copy()) {
      ((*connection).*function)();
    }
    called.set_value();
  });
  called.get_future().wait();
}

void IoLoop::SayGoodbye() { CallForAll(&IoConnection::SayGoodbye); }

void IoLoop::BeginStop() { CallForAll(&IoConnection::BeginStop); }

void IoLoop::CloseAll() { CallForAll(&IoConnection::CloseNow); }

bool IoLoop::WaitUntilEmpty(IoConnection::Clock::time_point deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] { return open_ == 0; });
}

void IoLoop::WaitUntilEmpty() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return open_ == 0; });
}

void IoLoop::Add(std::shared_ptr<IoConnection> connection) {
  if (!connection->in_reserve()) {
    none_idle_since_ = {};  // A new connection is idle.
  }
  connections_.insert(std::move(connection));
  std::lock_guard<std::mutex> lock(mutex_);
  open_ = connections_.size();
}

void IoLoop::Remove(const std::shared_ptr<IoConnection>& connection) {
  connections_.erase(connection);
  std::lock_guard<std::mutex> lock(mutex_);
  open_ = connections_.size();
  changed_.notify_all();
}

void CloseLoops(const IoLoops& loops,
                IoConnection::Clock::time_point deadline) {
  for (const auto& loop : loops) {
    loop->WaitUntilEmpty(deadline);
  }
  for (const auto& loop : loops) {
    loop->CloseAll();
  }
  for (const auto& loop : loops) {
    loop->WaitUntilEmpty();
  }
  for (const auto& loop : loops) {
    loop->Join();
  }
}

}  // namespace tfs3::net
