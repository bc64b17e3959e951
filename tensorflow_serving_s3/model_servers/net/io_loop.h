// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A thread that serves many connections, and the set of those that are open;
// the inside of HttpServer.
//
//   IoLoop loop(std::chrono::seconds(1));
//   boost::asio::post(loop.io(), [&] { ... });    // on the loop's thread
//   loop.BeginStop();
//   if (!loop.WaitUntilEmpty(grace)) loop.CloseAll();
//
// What is thread-safe says so; the rest belongs to the loop's thread.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_IO_LOOP_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_IO_LOOP_H_

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace tfs3::rest {

// Known at compile time, unlike Asio's default executor, so that no call goes
// through a type-erased one.
using Executor = boost::asio::io_context::executor_type;
// Of TCP or a UNIX socket.
using StreamSocket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                     Executor>;
using SteadyTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

class HttpConnection;

// A thread that serves the connections given to it.
class IoLoop {
 public:
  // Sees to deadlines every `sweep_period`.
  explicit IoLoop(std::chrono::milliseconds sweep_period);
  // All connections must have closed.
  ~IoLoop();

  boost::asio::io_context& io() { return io_; }

  // Ends the thread; nothing that belongs to the loop runs from then on.
  void Join();

  // Thread-safe. Closes what is idle, has the rest close after its answers.
  void BeginStop();
  // Thread-safe. True when all connections have closed within `patience`.
  bool WaitUntilEmpty(std::chrono::milliseconds patience);
  // Thread-safe. Closes all connections but those whose handler runs; these
  // close as soon as it has returned.
  void CloseAll();
  // Thread-safe.
  void WaitUntilEmpty();

  // Called on the loop's thread only. Closes idle connections to make room for
  // new ones, the idlest first: of those within the limit, or one of those
  // beyond it. False if there are none.
  bool CloseIdlest(bool in_reserve);

  // The set of open connections; called on the loop's thread only.
  void Add(std::shared_ptr<HttpConnection> connection);
  void Remove(const std::shared_ptr<HttpConnection>& connection);

 private:
  void ScheduleSweep();

  const std::chrono::milliseconds sweep_period_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<Executor> work_{io_.get_executor()};
  SteadyTimer sweep_timer_{io_};
  std::unordered_set<std::shared_ptr<HttpConnection>> connections_;
  // When CloseIdlest last found none.
  std::chrono::steady_clock::time_point none_idle_since_;

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t open_ =
      0;  // guarded by mutex_: the size of connections_ for other threads

  std::thread thread_;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_IO_LOOP_H_
