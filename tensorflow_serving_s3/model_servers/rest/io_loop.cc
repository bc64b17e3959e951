// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/io_loop.h"

#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/rest/http_connection.h"

namespace tfs3::rest {

namespace asio = boost::asio;

IoLoop::IoLoop(std::chrono::milliseconds sweep_period)
    : sweep_period_(sweep_period) {
  ScheduleSweep();
  thread_ = std::thread([this] { io_.run(); });
}

IoLoop::~IoLoop() { Join(); }

void IoLoop::Join() {
  if (!thread_.joinable()) return;
  work_.reset();
  io_.stop();
  thread_.join();
}

void IoLoop::ScheduleSweep() {
  sweep_timer_.expires_after(sweep_period_);
  sweep_timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    const auto now = std::chrono::steady_clock::now();
    // A connection that closes leaves the set.
    const std::vector<std::shared_ptr<HttpConnection>> open(
        connections_.begin(), connections_.end());
    for (const auto& connection : open) connection->CheckDeadline(now);
    ScheduleSweep();
  });
}

void IoLoop::BeginStop() {
  asio::post(io_, [this] {
    const std::vector<std::shared_ptr<HttpConnection>> open(
        connections_.begin(), connections_.end());
    for (const auto& connection : open) connection->BeginStop();
  });
}

void IoLoop::CloseAll() {
  asio::post(io_, [this] {
    const std::vector<std::shared_ptr<HttpConnection>> open(
        connections_.begin(), connections_.end());
    for (const auto& connection : open) connection->CloseNow();
  });
}

bool IoLoop::WaitUntilEmpty(std::chrono::milliseconds patience) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, patience, [this] { return open_ == 0; });
}

void IoLoop::WaitUntilEmpty() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return open_ == 0; });
}

void IoLoop::Add(std::shared_ptr<HttpConnection> connection) {
  connections_.insert(std::move(connection));
  std::lock_guard<std::mutex> lock(mutex_);
  open_ = connections_.size();
}

void IoLoop::Remove(const std::shared_ptr<HttpConnection>& connection) {
  connections_.erase(connection);
  std::lock_guard<std::mutex> lock(mutex_);
  open_ = connections_.size();
  changed_.notify_all();
}

}  // namespace tfs3::rest
