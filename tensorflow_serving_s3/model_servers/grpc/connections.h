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

#include "tensorflow_serving_s3/model_servers/base/spare_descriptor.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/listening.h"

struct tcp_info;

namespace tfs3::grpc {

// Accepts the connections of a gRPC server, limits their number, and sweeps the
// CallWatch. All of that runs on one thread.
//
//   Connections connections(
//       options, std::move(listeners), &watch,
//       [&](int fd) { acceptor->HandleNewConnection(fd); });
//   ...
//   connections.StopAccepting();
//
// If a new connection exceeds the limit, idle connections are closed:
//   1. connections that have made no call yet,
//   2. connections without a call that have transferred nothing for 1 s,
//   3. connections with calls that have transferred nothing for some seconds,
//      except those with a call in its handler.
// If there is none, the new connection is closed.
//
// A connection that receives more than 4 MiB without a call is closed: gRPC
// stores all frames of a header block without an end (CONTINUATION), even
// beyond its limit for headers.
//
// gRPC does not report that a connection has ended. The inode of the socket
// shows whether a file descriptor still belongs to the same connection.
class Connections {
 public:
  struct Options {
    // 0: no limit.
    int64_t max_connections = 0;
    // The name of the limit in log messages.
    std::string limit_name;
    bool uses_tls = false;
    // How long a connection without calls and transfers stays open; 0: no
    // limit.
    std::chrono::milliseconds idle_timeout{0};
    // Null: no counters. Must outlive this object.
    TransportCounters* counters = nullptr;
    // Logs a warning; called at most once in ten seconds. May be empty.
    std::function<void(const std::string&)> warn;
  };

  // Starts the thread. It passes each accepted connection to `hand_over`, which
  // takes ownership of it.
  Connections(Options options, std::vector<Listener> listeners,
              CallWatch* watch, std::function<void(int fd)> hand_over);
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections();

  // Closes the listeners. Returns when no more connection is accepted. The
  // CallWatch is swept until the destructor.
  void StopAccepting();

 private:
  using Clock = std::chrono::steady_clock;

  struct Connection {
    ino_t inode = 0;
    // The client's address in gRPC's format; empty for a UNIX socket.
    std::string peer;
    uint64_t received = 0;
    // The bytes received since the last call, minus the bytes that are allowed
    // without a call.
    double bytes_without_call = 0;
    Clock::time_point last_inspected;
    // The CallWatch records peers because of this connection.
    bool is_watched = false;
    // This object has shut the connection down; gRPC has not closed it yet.
    bool is_closing = false;
  };
  using Table = std::map<int, Connection>;

  struct Idleness {
    // The connection may be closed to make room for another one.
    bool is_idle = false;
    // Connections with a lower rank are closed first.
    int rank = 0;
    // The time without a transfer.
    uint32_t milliseconds = 0;
  };

  void Loop();
  void Accept(const Listener& listener);
  // Accepts a connection, or closes it because of the limit.
  void Admit(int fd);
  // Returns true if one more connection may be open.
  bool HasRoom() const;
  // Closes idle connections until there is room. Returns false if there is
  // none.
  bool MakeRoom();
  void CloseIdlest();
  // `phase`: see CallWatch::PhasesByPeer; nullopt without a call.
  Idleness IdlenessOf(const tcp_info& info,
                      std::optional<CallWatch::Entry::Phase> phase) const;
  void RemoveClosed();
  // Closes the next connection in the listener's queue. Called when the process
  // has no file descriptor left.
  void RefuseWithoutDescriptor(const Listener& listener);
  // Shuts a connection down. For gRPC that looks like a close by the client.
  void ShutDown(int fd, Connection* connection);
  Table::iterator Remove(Table::iterator position);
  void CountOpen(int64_t change);
  void CountRefused();

  // Inspects the next connections: removes the ended ones, and closes a
  // connection that exceeds idle_timeout or receives too much without a call.
  void Inspect(Clock::time_point now);
  // Returns the peers that have had a call since the last call of this
  // function, and resets bytes_without_call of their connections.
  std::unordered_set<std::string> TakePeers();
  void SetWatched(Connection* connection, bool watched);
  void CloseIdle(const std::vector<int>& idle);
  void CloseFloods(const std::vector<int>& suspects);
  std::optional<ConnectionProgress> ProgressOf(const std::string& peer);
  void WriteLog(Clock::time_point now);

  const Options options_;
  std::vector<Listener> listeners_;
  CallWatch* const watch_;
  const std::function<void(int fd)> hand_over_;

  // Used by the thread only:
  Table connections_;                                 // By file descriptor.
  std::unordered_map<std::string, int> descriptors_;  // By peer.
  int64_t num_open_ = 0;
  int64_t num_closing_ = 0;
  int num_watched_ = 0;
  int next_inspected_ = 0;
  // The last time that MakeRoom found no idle connection.
  Clock::time_point no_room_since_;
  int64_t unlogged_refused_ = 0;
  int64_t unlogged_evicted_ = 0;
  int64_t unlogged_floods_ = 0;
  int64_t unlogged_without_descriptor_ = 0;
  Clock::time_point last_logged_;
  SpareDescriptor spare_descriptor_;

  // Wakes the thread to check the flags below.
  const int wake_fd_;
  std::atomic<bool> stops_accepting_{false};
  std::atomic<bool> has_stopped_accepting_{false};
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CONNECTIONS_H_
