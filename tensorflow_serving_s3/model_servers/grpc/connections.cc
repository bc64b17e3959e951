// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/connections.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <new>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"
#include "tensorflow_serving_s3/model_servers/grpc/socket_info.h"

namespace tfs3::grpc {
namespace {

// How often connections are inspected, and how many at a time.
constexpr auto kTick = std::chrono::milliseconds(50);
constexpr int kInspectedPerTick = 2000;
// How many connections are accepted before the next listener.
constexpr int kAcceptsPerTurn = 64;
// A connection that has received fewer bytes has made no call. The preface and
// the first settings of a client take about 100 bytes, a call about 200 more; a
// TLS handshake takes about 600 bytes.
constexpr uint64_t kUnusedBytes = 200;
constexpr uint64_t kUnusedTlsBytes = 800;
// Up to so many connections do not count as open while gRPC has not closed
// them.
constexpr int64_t kUncountedClosing = 16;
// How long MakeRoom waits for gRPC to close connections.
constexpr auto kWait = std::chrono::milliseconds(1);
constexpr int kMaxWaits = 200;
constexpr auto kLogPeriod = std::chrono::seconds(10);
// The bytes that a connection may receive without a call. PING, SETTINGS and
// calls of the health service need some. Above kSuspectBytes the CallWatch
// records peers, which makes each call slower.
constexpr double kSuspectBytes = 2 << 20;
constexpr double kFloodBytes = 4 << 20;
constexpr double kAllowedBytesPerSecond = 16 << 10;

}  // namespace

Connections::Connections(Options options, std::vector<Listener> listeners,
                         CallWatch* watch,
                         std::function<void(int fd)> hand_over)
    : options_(std::move(options)),
      listeners_(std::move(listeners)),
      watch_(watch),
      hand_over_(std::move(hand_over)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (options_.counters != nullptr) {
    options_.counters->max_connections += options_.max_connections;
  }
  thread_ = std::thread([this] { Loop(); });
}

Connections::~Connections() {
  ends_ = true;
  StopAccepting();
  thread_.join();
  CountOpen(-num_open_);
  if (options_.counters != nullptr) {
    options_.counters->max_connections -= options_.max_connections;
  }
  close(wake_fd_);
}

void Connections::StopAccepting() {
  stops_accepting_ = true;
  eventfd_write(wake_fd_, 1);
  while (!has_stopped_accepting_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Connections::Loop() {
  std::vector<pollfd> polled;
  for (const Listener& listener : listeners_) {
    polled.push_back({listener.fd, POLLIN, 0});
  }
  polled.push_back({wake_fd_, POLLIN, 0});
  Clock::time_point last_sweep = Clock::now();
  const auto sweep_period =
      std::clamp<Clock::duration>(watch_->timeout() / 8, kTick / 5, 20 * kTick);
  while (!ends_) {
    const int timeout = connections_.empty() && unlogged_refused_ == 0
                            ? -1
                            : static_cast<int>(kTick.count());
    poll(polled.data(), polled.size(), timeout);
    if (stops_accepting_ && !has_stopped_accepting_) {
      for (const Listener& listener : listeners_) {
        CloseListener(listener);
      }
      polled.erase(polled.begin(), polled.end() - 1);
      listeners_.clear();
      has_stopped_accepting_ = true;
    }
    eventfd_t ignored;
    eventfd_read(wake_fd_, &ignored);
    const Clock::time_point now = Clock::now();
    try {
      for (size_t i = 0; i < listeners_.size(); ++i) {
        if (polled[i].revents != 0) {
          Accept(listeners_[i]);
        }
      }
      Inspect(now);
      if (now - last_sweep >= sweep_period) {
        last_sweep = now;
        watch_->Sweep(
            now, [this](const std::string& peer) { return ProgressOf(peer); });
      }
      WriteLog(now);
    } catch (const std::bad_alloc&) {
      // Tries again in the next iteration.
      std::this_thread::sleep_for(kTick);
    }
  }
}

void Connections::Accept(const Listener& listener) {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    const int fd =
        accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      try {
        Admit(fd);
      } catch (const std::bad_alloc&) {
        close(fd);
        throw;
      }
      continue;
    }
    switch (errno) {
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        RefuseWithoutDescriptor(listener);
        return;
      case EINTR:
      case ECONNABORTED:  // The client has already disconnected.
        continue;
      default:
        return;
    }
  }
}

void Connections::RefuseWithoutDescriptor(const Listener& listener) {
  const bool closed = spare_descriptor_.CloseNextConnection(listener.fd);
  ++unlogged_without_descriptor_;
  CountRefused();
  // Avoids a busy loop.
  if (!closed) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void Connections::Admit(int fd) {
  // An earlier connection with this descriptor has ended.
  if (const auto old = connections_.find(fd); old != connections_.end()) {
    Remove(old);
  }
  if (!HasRoom() && !MakeRoom()) {
    close(fd);
    CountRefused();
    return;
  }
  Connection connection;
  connection.inode = InodeOf(fd);
  connection.peer = PeerOf(fd);
  connection.last_inspected = Clock::now();
  const std::string peer = connection.peer;
  connections_.emplace(fd, std::move(connection));
  if (!peer.empty()) {
    descriptors_[peer] = fd;
  }
  CountOpen(1);
  hand_over_(fd);
}

bool Connections::HasRoom() const {
  if (options_.max_connections == 0) {
    return true;
  }
  const int64_t open =
      num_open_ - std::min<int64_t>(num_closing_, kUncountedClosing);
  return open < options_.max_connections;
}

bool Connections::MakeRoom() {
  const Clock::time_point now = Clock::now();
  if (now - no_room_since_ < kNoneIdlePause) {
    return false;
  }
  RemoveClosed();
  if (!HasRoom()) {
    CloseIdlest();
  }
  for (int i = 0; i < kMaxWaits && !HasRoom() && num_closing_ > 0; ++i) {
    std::this_thread::sleep_for(kWait);
    RemoveClosed();
  }
  if (HasRoom()) {
    return true;
  }
  no_room_since_ = now;
  return false;
}

void Connections::RemoveClosed() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    it = InodeOf(it->first) == it->second.inode ? std::next(it) : Remove(it);
  }
}

Connections::Idleness Connections::IdlenessOf(
    const tcp_info& info, std::optional<CallWatch::Entry::Phase> phase) const {
  using Phase = CallWatch::Entry::Phase;
  const uint32_t idle =
      std::min(info.tcpi_last_data_recv, info.tcpi_last_data_sent);
  if (!phase.has_value()) {
    // An unused connection is idle immediately: so a flood of new connections
    // closes only connections of the flood.
    const uint64_t unused_bytes =
        options_.uses_tls ? kUnusedTlsBytes : kUnusedBytes;
    if (info.tcpi_bytes_received < unused_bytes) {
      return {true, 0, idle};
    }
    return {idle >= kMinIdle.count(), 1, idle};
  }
  switch (*phase) {
    case Phase::kReceiving:
    case Phase::kEnded:
      return {idle >= kMinIdle.count(), 2, idle};
    case Phase::kSending:
      return {idle >= kMinIdleSending.count(), 3, idle};
    case Phase::kHandling:
      return {};
  }
  return {};
}

void Connections::CloseIdlest() {
  const auto phases = watch_->PhasesByPeer();
  std::vector<std::pair<Idleness, int>> idle;
  for (const auto& [fd, connection] : connections_) {
    if (connection.is_closing) {
      continue;
    }
    const std::optional<tcp_info> info = TcpInfoOf(fd);
    if (!info.has_value()) {
      continue;
    }
    const auto found = phases.find(connection.peer);
    const Idleness idleness =
        IdlenessOf(*info, found == phases.end() ? std::nullopt
                                                : std::optional(found->second));
    if (idleness.is_idle) {
      idle.emplace_back(idleness, fd);
    }
  }
  std::sort(idle.begin(), idle.end(), [](const auto& a, const auto& b) {
    return a.first.rank != b.first.rank
               ? a.first.rank < b.first.rank
               : a.first.milliseconds > b.first.milliseconds;
  });
  const size_t most = connections_.size() / kOpenPerEvicted + 1;
  if (idle.size() > most) {
    idle.resize(most);
  }
  for (const auto& [idleness, fd] : idle) {
    ShutDown(fd, &connections_.at(fd));
    ++unlogged_evicted_;
    if (options_.counters != nullptr) {
      ++options_.counters->evicted_connections;
    }
  }
}

void Connections::ShutDown(int fd, Connection* connection) {
  // gRPC may close the descriptor at any time, and another file may then get
  // the same number. The copy keeps the file that was checked.
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    return;
  }
  if (InodeOf(copy) == connection->inode) {
    shutdown(copy, SHUT_RDWR);
  }
  close(copy);
  SetWatched(connection, false);
  connection->is_closing = true;
  ++num_closing_;
}

Connections::Table::iterator Connections::Remove(Table::iterator position) {
  const int fd = position->first;
  Connection& connection = position->second;
  SetWatched(&connection, false);
  const auto descriptor = descriptors_.find(connection.peer);
  if (descriptor != descriptors_.end() && descriptor->second == fd) {
    descriptors_.erase(descriptor);
  }
  if (connection.is_closing) {
    --num_closing_;
  }
  CountOpen(-1);
  return connections_.erase(position);
}

void Connections::CountOpen(int64_t change) {
  num_open_ += change;
  if (options_.counters != nullptr) {
    options_.counters->open_connections += change;
  }
}

void Connections::CountRefused() {
  ++unlogged_refused_;
  if (options_.counters != nullptr) {
    ++options_.counters->refused_connections;
  }
}

void Connections::CloseIdle(const std::vector<int>& idle) {
  const std::unordered_set<std::string> busy = TakePeers();
  for (const int fd : idle) {
    Connection& connection = connections_.at(fd);
    if (busy.count(connection.peer) == 0) {
      ShutDown(fd, &connection);
    }
  }
}

void Connections::Inspect(Clock::time_point now) {
  std::vector<int> idle;
  std::vector<int> suspects;
  auto it = connections_.lower_bound(next_inspected_);
  if (it == connections_.end()) {
    it = connections_.begin();
  }
  for (int i = 0; i < kInspectedPerTick && it != connections_.end(); ++i) {
    const int fd = it->first;
    Connection& connection = it->second;
    if (InodeOf(fd) != connection.inode) {
      it = Remove(it);
      continue;
    }
    ++it;
    const std::optional<tcp_info> info = TcpInfoOf(fd);
    if (!info.has_value() || connection.is_closing) {
      continue;
    }
    const double seconds =
        std::chrono::duration<double>(now - connection.last_inspected).count();
    const auto received = static_cast<uint64_t>(info->tcpi_bytes_received);
    connection.bytes_without_call =
        std::max(connection.bytes_without_call +
                     static_cast<double>(received - connection.received) -
                     seconds * kAllowedBytesPerSecond,
                 0.0);
    connection.received = received;
    connection.last_inspected = now;
    if (connection.bytes_without_call >= kSuspectBytes) {
      suspects.push_back(fd);
    }
    if (options_.idle_timeout.count() > 0 &&
        std::min(info->tcpi_last_data_recv, info->tcpi_last_data_sent) >=
            options_.idle_timeout.count()) {
      idle.push_back(fd);
    }
  }
  next_inspected_ = it == connections_.end() ? 0 : it->first;
  if (!idle.empty()) {
    CloseIdle(idle);
  }
  if (!suspects.empty()) {
    CloseFloods(suspects);
  }
}

std::unordered_set<std::string> Connections::TakePeers() {
  std::unordered_set<std::string> peers = watch_->TakePeers();
  for (const std::string& peer : peers) {
    const auto descriptor = descriptors_.find(peer);
    if (descriptor == descriptors_.end()) {
      continue;
    }
    Connection& connection = connections_.at(descriptor->second);
    connection.bytes_without_call = 0;
    SetWatched(&connection, false);
  }
  return peers;
}

void Connections::SetWatched(Connection* connection, bool watched) {
  if (connection->is_watched == watched) {
    return;
  }
  connection->is_watched = watched;
  num_watched_ += watched ? 1 : -1;
  watch_->RecordTimedOutPeers(num_watched_ > 0);
}

void Connections::CloseFloods(const std::vector<int>& suspects) {
  TakePeers();
  for (const int fd : suspects) {
    Connection& connection = connections_.at(fd);
    if (connection.bytes_without_call == 0) {
      continue;
    }
    if (!connection.is_watched) {
      // From here on TakePeers also returns the peers of short calls.
      SetWatched(&connection, true);
      connection.bytes_without_call = kSuspectBytes;
    } else if (connection.bytes_without_call >= kFloodBytes) {
      ShutDown(fd, &connection);
      ++unlogged_floods_;
    }
  }
}

std::optional<ConnectionProgress> Connections::ProgressOf(
    const std::string& peer) {
  const auto descriptor = descriptors_.find(peer);
  if (descriptor == descriptors_.end()) {
    return std::nullopt;
  }
  const int fd = descriptor->second;
  const std::optional<tcp_info> info = TcpInfoOf(fd);
  if (!info.has_value()) {
    return std::nullopt;
  }
  int unread = 0;
  ioctl(fd, SIOCINQ, &unread);
  return ConnectionProgress{info->tcpi_bytes_received, info->tcpi_bytes_acked,
                            unread > 0};
}

void Connections::WriteLog(Clock::time_point now) {
  if (now - last_logged_ < kLogPeriod) {
    return;
  }
  const int64_t refused = std::exchange(unlogged_refused_, 0);
  const int64_t evicted = std::exchange(unlogged_evicted_, 0);
  const int64_t floods = std::exchange(unlogged_floods_, 0);
  const int64_t without = std::exchange(unlogged_without_descriptor_, 0);
  if (refused + evicted + floods == 0) {
    return;
  }
  last_logged_ = now;
  if (!options_.warn) {
    return;
  }
  if (floods > 0) {
    options_.warn("gRPC: closed " + std::to_string(floods) +
                  " connections that sent more than 4 MiB without a call, such "
                  "as a header block without an end");
  }
  if (without > 0) {
    options_.warn("gRPC: refused " + std::to_string(without) +
                  " connections because this process has reached its limit of "
                  "open files; raise it (ulimit -n) or lower " +
                  options_.limit_name);
  }
  if (refused - without + evicted > 0) {
    options_.warn("gRPC: the limit of open connections, " +
                  std::to_string(options_.max_connections) + " (" +
                  options_.limit_name + "), is reached: refused " +
                  std::to_string(refused - without) +
                  " new connections and closed " + std::to_string(evicted) +
                  " idle ones; raise it, and the limit of open files "
                  "(ulimit -n)");
  }
}

}  // namespace tfs3::grpc
