// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

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
#include <utility>
#include <vector>

namespace tfs3::net {

// Asio's default executor is type-erased, which makes each call slower.
using Executor = boost::asio::io_context::executor_type;
// A TCP or UNIX socket.
using StreamSocket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                     Executor>;
using SteadyTimer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

// A connection that an IoLoop owns. The loop calls all functions on its thread.
class IoConnection {
 public:
  using Clock = std::chrono::steady_clock;

  struct Idleness {
    // The connection may be closed to make room for another one.
    bool is_idle = false;
    // Connections with a lower rank are closed first: 0 for a connection that
    // has sent no request yet, 1 for one between requests.
    int rank = 0;
    Clock::time_point since;

    bool IsClosedBefore(const Idleness& other) const {
      return rank != other.rank ? rank < other.rank : since < other.since;
    }
  };

  virtual ~IoConnection() = default;

  // Adds the connection to the loop, and begins to serve the client.
  // `in_reserve`: it is above the limit of connections.
  virtual void Start(bool in_reserve) = 0;
  // Returns true for a connection above the limit of connections.
  virtual bool in_reserve() const { return false; }
  virtual Idleness IdlenessAt(Clock::time_point now) const = 0;
  // Closes an idle connection to make room for another one.
  virtual void Evict() = 0;
  // Ends what has exceeded its deadline.
  virtual void CheckDeadline(Clock::time_point now) = 0;
  // Asks the client to send its next requests over another connection, if the
  // protocol has a way to do that without losing a request.
  virtual void SayGoodbye() {}
  // Closes the connection as soon as it has no request.
  virtual void BeginStop() = 0;
  // Closes the connection; one whose handler runs when the handler has
  // returned.
  virtual void CloseNow() = 0;
};

// A thread that serves connections, and the set of its open connections.
//
//   IoLoop loop(std::chrono::seconds(1));
//   boost::asio::post(loop.io(), [&] { ... });  // Runs on the loop's thread.
//   loop.BeginStop();
//   if (!loop.WaitUntilEmpty(deadline)) loop.CloseAll();
class IoLoop {
 public:
  // Checks the deadlines of connections every `sweep_period`.
  explicit IoLoop(std::chrono::milliseconds sweep_period);
  // All connections must have closed.
  ~IoLoop();

  boost::asio::io_context& io() { return io_; }

  // Ends the thread. No function of the loop runs after that.
  void Join();

  // The next five functions are thread-safe.

  // Calls IoConnection::SayGoodbye for all connections. Returns after that.
  void SayGoodbye();
  // Calls IoConnection::BeginStop for all connections. Returns after that.
  void BeginStop();
  // Returns true if all connections close before `deadline`.
  bool WaitUntilEmpty(IoConnection::Clock::time_point deadline);
  // Closes all connections. A connection whose handler runs closes when the
  // handler has returned.
  void CloseAll();
  // Waits until all connections are closed.
  void WaitUntilEmpty();

  // The other functions must be called on the loop's thread.

  // Closes the connections that have been idle longest. Returns false if none
  // is idle. `in_reserve`: closes one connection above the limit, instead of
  // connections within the limit.
  bool CloseIdlest(bool in_reserve);

  // Call this when `connection` has received bytes. Returns true if no other
  // one has called it since its last call.
  bool IsOnlyActive(const IoConnection* connection) {
    return std::exchange(last_active_, connection) == connection;
  }

  // Adds and removes an open connection.
  void Add(std::shared_ptr<IoConnection> connection);
  void Remove(const std::shared_ptr<IoConnection>& connection);

 private:
  void ScheduleSweep();
  void CallForAll(void (IoConnection::*function)());
  // A copy, because connections that close remove themselves from the set.
  std::vector<std::shared_ptr<IoConnection>> Copy() const {
    return {connections_.begin(), connections_.end()};
  }

  const std::chrono::milliseconds sweep_period_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<Executor> work_{io_.get_executor()};
  SteadyTimer sweep_timer_{io_};
  std::unordered_set<std::shared_ptr<IoConnection>> connections_;
  const IoConnection* last_active_ = nullptr;
  // The last time that CloseIdlest found no idle connection.
  std::chrono::steady_clock::time_point none_idle_since_;

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t open_ = 0;  // The size of connections_. Guarded by mutex_.

  std::thread thread_;
};

using IoLoops = std::vector<std::unique_ptr<IoLoop>>;

// Waits until `deadline` for connections to close, closes the others, and ends
// the threads.
void CloseLoops(const IoLoops& loops, IoConnection::Clock::time_point deadline);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_IO_LOOP_H_
