// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CONNECTIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CONNECTIONS_H_

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/listening.h"

struct tcp_info;

namespace tfs3::grpc {

// Accepts the connections of a gRPC server, limits how many are open, and has
// CallWatch sweep.
//
//   Connections connections(options, std::move(listeners), &watch,
//                           [&](int fd) { acceptor->HandleNewConnection(fd);
//                           });
//   ...
//   connections.StopAccepting();
//
// At the limit the idlest connections make room: first those that have made no
// call yet, then those on which no byte has moved for a second, those without a
// call first. One whose call is handled stays. If there are none, the new
// connection is closed at once.
//
// A connection that brings more than 4 MiB without a call is closed: gRPC keeps
// the frames of a header block that never ends (CONTINUATION), whatever its
// limit for headers is.
//
// gRPC does not tell when a connection ends. The socket's inode tells whether a
// file descriptor still is the connection that it was.
class Connections {
 public:
  struct Options {
    // 0: any number.
    int64_t max_connections = 0;
    // The operator's name of the limit, for the log.
    std::string limit_name;
    bool uses_tls = false;
    // How long a connection stays open on which no byte moves and no call is
    // under way; 0: for ever.
    std::chrono::milliseconds idle_timeout{0};
    // Null: nothing is counted. Must outlive this.
    TransportCounters* counters = nullptr;
    // Logs a line; called at most once in ten seconds. May be empty.
    std::function<void(const std::string&)> warn;
  };

  // `hand_over` owns the connection from then on; it is called on the thread
  // that accepts.
  Connections(Options options, std::vector<Listener> listeners,
              CallWatch* watch, std::function<void(int fd)> hand_over);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  // Closes the listeners; returns when no connection is accepted any more. The
  // calls are watched until the destructor.
  void StopAccepting();

 private:
  using Clock = std::chrono::steady_clock;

  struct Connection {
    ino_t inode = 0;
    // As gRPC writes it; empty for a UNIX socket.
    std::string peer;
    uint64_t received = 0;
    // Bytes received since a call was last seen, less what is allowed.
    double unexplained = 0;
    Clock::time_point seen;
    // Whether it is suspected of a flood, so that peers are kept.
    bool is_watched = false;
    // Whether it was closed, and gRPC has yet to let go of it.
    bool is_closing = false;
  };
  using Table = std::map<int, Connection>;

  // How idle a connection is.
  struct Idleness {
    // Whether it may be closed for another one.
    bool is_idle = false;
    // Lower ones go first: 0 for a connection that has made no call yet.
    int rank = 0;
    uint32_t milliseconds = 0;
  };

  void Loop();
  void Accept(const Listener& listener);
  // Takes a connection in, or closes it because of the limit.
  void Admit(int fd);
  // Whether another connection may be open.
  bool HasRoom() const;
  // Makes room for a connection; false if there is none.
  bool MakeRoom();
  void CloseIdlest();
  // `phase` is that of its calls; nothing if it has none.
  Idleness IdlenessOf(const tcp_info& info,
                      std::optional<CallWatch::Entry::Phase> phase) const;
  void RemoveClosed();
  // With no descriptor left, closes the next connection in the queue.
  void RefuseWithoutDescriptor(const Listener& listener);
  // Shuts a connection down. gRPC learns it as if the client had closed it.
  void ShutDown(int fd, Connection* connection);
  Table::iterator Remove(Table::iterator position);
  void CountOpen(int64_t change);
  void CountRefused();

  // Looks at the next connections in turn: which have ended, which bring bytes
  // without a call.
  void Inspect(Clock::time_point now);
  // The peers of the calls that were under way since the last call of this.
  // Their connections bring bytes for a reason.
  std::unordered_set<std::string> TakePeers();
  void Watch(Connection* connection, bool watched);
  void CloseIdle(const std::vector<int>& idle);
  void FindFloods(const std::vector<int>& suspects);
  std::optional<ConnectionProgress> ProgressOf(const std::string& peer);
  void WriteLog(Clock::time_point now);

  const Options options_;
  std::vector<Listener> listeners_;
  CallWatch* const watch_;
  const std::function<void(int fd)> hand_over_;

  // The members below belong to the thread.
  Table connections_;
  std::unordered_map<std::string, int> descriptors_;  // by peer
  int64_t num_open_ = 0;
  int64_t num_closing_ = 0;
  int num_watched_ = 0;
  int next_inspected_ = 0;
  // When a search for room was last in vain.
  Clock::time_point no_room_since_;
  int64_t unlogged_refused_ = 0;
  int64_t unlogged_evicted_ = 0;
  int64_t unlogged_floods_ = 0;
  int64_t unlogged_without_descriptor_ = 0;
  Clock::time_point last_logged_;
  // Given up for the moment that a connection is refused in.
  int spare_fd_ = -1;

  // An event: look at the flags below.
  const int wake_fd_;
  std::atomic<bool> stops_accepting_{false};
  std::atomic<bool> has_stopped_accepting_{false};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CONNECTIONS_H_
