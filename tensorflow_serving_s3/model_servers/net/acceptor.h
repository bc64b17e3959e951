// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_ACCEPTOR_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_ACCEPTOR_H_

#include <atomic>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/spare_descriptor.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"

namespace tfs3::net {

// Accepts the connections of a server and gives each to one of its loops.
//
// At the limit of open connections it closes idle ones to start a new one. If
// none is idle, it starts new ones in the reserve, if there is one, and closes
// further ones. While one waits for that, it accepts no others: they would not
// find the ones before them, which may be idle, on the loops yet. It also
// closes new ones if no file descriptor is free.
//
//   Acceptor acceptor(std::move(options), &loops);
//   ...
//   acceptor.Stop();
//   CloseLoops(loops, deadline);  // Before the destruction.
//
// The first loop runs the functions of the options.
class Acceptor {
 public:
  // Numbers of connections since the last warnings.
  struct Events {
    int64_t evicting = 0;            // Started after idle ones were closed.
    int64_t reserved = 0;            // Started in the reserve.
    int64_t refused = 0;             // Closed because of the limit.
    int64_t without_descriptor = 0;  // Closed: no file descriptor was free.
  };

  struct Options {
    // Non-blocking listening sockets. The caller closes them after Stop.
    std::vector<int> listeners;
    // How many connections may be open; 0: no limit.
    int64_t max_connections = 0;
    // How many more may be open in the reserve.
    int64_t max_reserved = 0;
    // The number of open connections of this server.
    const std::atomic<int64_t>* num_open = nullptr;
    // Counts refused connections.
    TransportCounters* counters = nullptr;
    // Makes a connection, which `num_open` must count while it exists.
    // `listener` is an index of `listeners`. May throw std::bad_alloc.
    std::function<std::shared_ptr<IoConnection>(StreamSocket socket,
                                                size_t listener, IoLoop* loop)>
        connect;
    // Logs warnings; called at most once in ten seconds. Returns false if the
    // events need no warning: then the next event calls it again.
    std::function<bool(const Events&)> log;
  };

  // `loops` must outlive this object.
  Acceptor(Options options, const IoLoops* loops);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Stops accepting, and closes a connection that waits. Each other one was
  // given to its loop. Call it once.
  void Stop();

 private:
  struct Listener {
    Listener(boost::asio::io_context& io, int fd, size_t index)
        : descriptor(io, fd), timer(io), index(index) {}

    boost::asio::posix::basic_stream_descriptor<Executor> descriptor;
    SteadyTimer timer;
    const size_t index;
  };
  struct Accepted {
    std::shared_ptr<IoConnection> connection;
    IoLoop* loop;
    bool in_reserve = false;
    bool has_room = true;
  };

  void Accept(Listener* listener);
  // Starts a connection, or lets it wait for room.
  void Admit(int fd, size_t listener);
  void Start(Accepted accepted);
  // Closes idle connections of loops_[index] or a later loop.
  void MakeRoom(Accepted waiting, size_t index);
  void EndWait(Accepted waiting);
  void Log();

  const Options options_;
  const IoLoops& loops_;
  std::promise<void> stopped_;

  // Only the first loop uses the members below.
  std::deque<Listener> listeners_;
  // Accept when no connection waits.
  std::deque<Listener*> paused_;
  bool is_waiting_ = false;
  size_t next_loop_ = 0;
  bool accepts_ = true;
  SpareDescriptor spare_descriptor_;
  Events events_;
  IoConnection::Clock::time_point next_log_;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_ACCEPTOR_H_
