// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/acceptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/net/listener.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

// What a connection sends when it starts.
constexpr char kStarted = 's';
constexpr char kReserved = 'r';
constexpr char kClosed = '\0';

// What the connections of a server share.
struct Shared {
  std::atomic<int64_t> num_open{0};
  std::atomic<int64_t> most_open{0};
  // Whether connections within the limit, and in the reserve, are idle.
  std::atomic<bool> idle{false};
  std::atomic<bool> reserved_idle{false};
};

class FakeConnection : public IoConnection,
                       public std::enable_shared_from_this<FakeConnection> {
 public:
  FakeConnection(StreamSocket socket, IoLoop* loop, Shared* shared)
      : socket_(std::move(socket)), loop_(*loop), shared_(*shared) {
    shared_.most_open =
        std::max<int64_t>(shared_.most_open, ++shared_.num_open);
  }
  ~FakeConnection() override { --shared_.num_open; }

  void Start(bool in_reserve) override {
    in_reserve_ = in_reserve;
    loop_.Add(shared_from_this());
    boost::system::error_code ignored;  // The client may have gone.
    socket_.write_some(
        boost::asio::buffer(in_reserve ? &kReserved : &kStarted, 1), ignored);
  }
  bool in_reserve() const override { return in_reserve_; }
  Idleness IdlenessAt(Clock::time_point /*now*/) const override {
    return {in_reserve_ ? shared_.reserved_idle : shared_.idle, 0, began_};
  }
  void Evict() override { CloseNow(); }
  void CheckDeadline(Clock::time_point /*now*/) override {}
  void BeginStop() override {}
  void CloseNow() override {
    boost::system::error_code ignored;  // The socket is not used again.
    socket_.close(ignored);
    loop_.Remove(shared_from_this());
  }

 private:
  StreamSocket socket_;
  IoLoop& loop_;
  Shared& shared_;
  const Clock::time_point began_ = Clock::now();
  bool in_reserve_ = false;
};

// An acceptor with two loops and two listening sockets.
class TestServer {
 public:
  TestServer(int64_t max_connections, int64_t max_reserved) {
    for (int i = 0; i < 2; ++i) {
      loops_.push_back(std::make_unique<IoLoop>(std::chrono::hours(1)));
      listeners_.push_back(*ListenOnPort("127.0.0.1", 0));
    }
    Acceptor::Options options;
    options.listeners = listeners_;
    options.max_connections = max_connections;
    options.max_reserved = max_reserved;
    options.num_open = &shared.num_open;
    options.counters = &counters;
    options.connect = [this](StreamSocket socket, size_t listener,
                             IoLoop* loop) {
      std::lock_guard<std::mutex> lock(mutex_);
      accepted_.push_back(listener);
      used_loops_.insert(loop);
      return std::make_shared<FakeConnection>(std::move(socket), loop, &shared);
    };
    options.log = [this](const Acceptor::Events& events) {
      std::lock_guard<std::mutex> lock(mutex_);
      logged_.push_back(events);
      has_logged_.notify_all();
      return true;
    };
    acceptor_.emplace(std::move(options), &loops_);
  }
  ~TestServer() {
    StopAccepting();
    CloseLoops(loops_, std::chrono::steady_clock::now());
    acceptor_.reset();
    loops_.clear();
    EXPECT_EQ(shared.num_open, 0);
  }

  void StopAccepting() {
    if (!std::exchange(has_stopped_, true)) {
      acceptor_->Stop();
      for (const int listener : listeners_) {
        close(listener);
      }
    }
  }

  int port(size_t listener = 0) const { return PortOf(listeners_[listener]); }

  // Returns when the loop has run what was posted to it before.
  void WaitForLoop(size_t index) {
    std::promise<void> reached;
    boost::asio::post(loops_[index]->io(), [&] { reached.set_value(); });
    reached.get_future().wait();
  }

  // Lets the last loop wait until the promise is set. Then the search for idle
  // connections waits too.
  std::promise<void> BlockLastLoop() {
    std::promise<void> released;
    boost::asio::post(
        loops_.back()->io(),
        [until = released.get_future().share()] { until.wait(); });
    return released;
  }

  void WaitUntilOpen(int64_t count) const {
    while (shared.num_open != count) {
      std::this_thread::yield();
    }
  }

  // The listeners of the accepted connections, in order.
  std::vector<size_t> accepted() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return accepted_;
  }
  size_t num_used_loops() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return used_loops_.size();
  }
  // Waits for the first warning.
  Acceptor::Events WaitForLog() {
    std::unique_lock<std::mutex> lock(mutex_);
    has_logged_.wait(lock, [this] { return !logged_.empty(); });
    return logged_.front();
  }

  Shared shared;
  TransportCounters counters;

 private:
  IoLoops loops_;
  std::vector<int> listeners_;
  mutable std::mutex mutex_;
  std::vector<size_t> accepted_;
  std::set<IoLoop*> used_loops_;
  std::vector<Acceptor::Events> logged_;
  std::condition_variable has_logged_;
  std::optional<Acceptor> acceptor_;
  bool has_stopped_ = false;
};

// Returns what the client receives first: kStarted, kReserved or kClosed.
char FirstByte(const Client& client) {
  char byte = kClosed;
  return recv(client.fd(), &byte, 1, 0) == 1 ? byte : kClosed;
}

std::vector<Client> Connect(int port, int count) {
  std::vector<Client> clients;
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(port);
    EXPECT_TRUE(clients.back().connected());
  }
  return clients;
}

// Connects until the server is at its limit of `count` connections.
std::vector<Client> Fill(const TestServer& server, int count) {
  std::vector<Client> clients = Connect(server.port(), count);
  for (const Client& client : clients) {
    EXPECT_EQ(FirstByte(client), kStarted);
  }
  return clients;
}

TEST(AcceptorTest, AllListenersAcceptAndAllLoopsServe) {
  TestServer server(/*max_connections=*/0, /*max_reserved=*/0);

  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(FirstByte(Client(server.port(i % 2))), kStarted);
  }

  EXPECT_EQ(server.accepted(), (std::vector<size_t>{0, 1, 0, 1}));
  EXPECT_EQ(server.num_used_loops(), 2);
}

TEST(AcceptorTest, AtTheLimitTheIdlestConnectionOfALoopIsClosedForANewOne) {
  TestServer server(/*max_connections=*/4, /*max_reserved=*/0);
  const std::vector<Client> clients = Fill(server, 4);
  server.shared.idle = true;

  const Client client(server.port());

  EXPECT_EQ(FirstByte(client), kStarted);
  EXPECT_EQ(FirstByte(clients[0]), kClosed);
  server.WaitUntilOpen(4);
  EXPECT_EQ(server.counters.refused_connections, 0);
  EXPECT_EQ(server.WaitForLog().evicting, 1);
}

TEST(AcceptorTest, AtTheLimitNewConnectionsAreClosedIfNoneIsIdle) {
  TestServer server(/*max_connections=*/4, /*max_reserved=*/0);
  const std::vector<Client> clients = Fill(server, 4);

  EXPECT_EQ(FirstByte(Client(server.port())), kClosed);

  EXPECT_EQ(server.shared.num_open, 4);
  EXPECT_EQ(server.counters.refused_connections, 1);
  EXPECT_EQ(server.WaitForLog().refused, 1);
}

TEST(AcceptorTest, TheReserveTakesConnectionsAboveTheLimit) {
  TestServer server(/*max_connections=*/2, /*max_reserved=*/1);
  const std::vector<Client> clients = Fill(server, 2);

  const Client reserved(server.port());
  EXPECT_EQ(FirstByte(reserved), kReserved);
  EXPECT_EQ(FirstByte(Client(server.port())), kClosed);
  server.shared.reserved_idle = true;
  const Client next(server.port());

  EXPECT_EQ(FirstByte(next), kReserved);
  EXPECT_EQ(FirstByte(reserved), kClosed);
  EXPECT_EQ(server.counters.refused_connections, 1);
  EXPECT_EQ(server.WaitForLog().reserved, 1);
}

TEST(AcceptorTest, AFloodExceedsTheLimitByOneConnection) {
  constexpr int kLimit = 4;
  constexpr int kFlood = 60;
  TestServer server(kLimit, /*max_reserved=*/0);
  const std::vector<Client> clients = Fill(server, kLimit);
  std::promise<void> release = server.BlockLastLoop();

  const std::vector<Client> flood = Connect(server.port(), kFlood);
  server.WaitUntilOpen(kLimit + 1);
  server.WaitForLoop(0);
  server.WaitForLoop(0);
  release.set_value();

  for (const Client& client : flood) {
    EXPECT_EQ(FirstByte(client), kClosed);
  }
  EXPECT_EQ(server.shared.most_open, kLimit + 1);
  EXPECT_EQ(server.counters.refused_connections, kFlood);
}

TEST(AcceptorTest, AFloodOfIdleConnectionsIsNotRefused) {
  constexpr int kFlood = 60;
  TestServer server(/*max_connections=*/2, /*max_reserved=*/0);
  server.shared.idle = true;

  const std::vector<Client> flood = Connect(server.port(), kFlood);

  for (const Client& client : flood) {
    EXPECT_EQ(FirstByte(client), kStarted);
  }
  EXPECT_EQ(server.counters.refused_connections, 0);
}

TEST(AcceptorTest, ListenersTakeTurnsWhenConnectionsWait) {
  constexpr int kLimit = 4;
  constexpr int kFlood = 60;
  TestServer server(kLimit, /*max_reserved=*/0);
  const std::vector<Client> clients = Fill(server, kLimit);
  std::promise<void> release = server.BlockLastLoop();
  const std::vector<Client> flood = Connect(server.port(0), kFlood);
  server.WaitUntilOpen(kLimit + 1);

  const Client other(server.port(1));
  server.WaitForLoop(0);
  server.WaitForLoop(0);
  release.set_value();

  EXPECT_EQ(FirstByte(other), kClosed);
  const std::vector<size_t> accepted = server.accepted();
  const auto turn = std::find(accepted.begin(), accepted.end(), 1);
  EXPECT_LT(turn - accepted.begin(), kLimit + kFlood / 2);
}

TEST(AcceptorTest, ConnectionsAreClosedIfNoDescriptorIsFree) {
  TestServer server(/*max_connections=*/0, /*max_reserved=*/0);
  rlimit files;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  const rlimit few = {128, files.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> fillers;
  int filler;
  while ((filler = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) {
    fillers.push_back(filler);
  }
  close(fillers.back());
  fillers.pop_back();

  const Client refused(server.port());  // Takes the last descriptor.
  EXPECT_TRUE(refused.connected());
  EXPECT_EQ(FirstByte(refused), kClosed);

  EXPECT_EQ(server.WaitForLog().without_descriptor, 1);
  EXPECT_EQ(server.counters.refused_connections, 1);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  EXPECT_EQ(FirstByte(Client(server.port())), kStarted);
  for (const int fd : fillers) {
    close(fd);
  }
}

TEST(AcceptorTest, StopClosesConnectionsThatWait) {
  TestServer server(/*max_connections=*/4, /*max_reserved=*/0);
  const std::vector<Client> clients = Fill(server, 4);
  std::promise<void> release = server.BlockLastLoop();
  const std::vector<Client> waiting = Connect(server.port(), 1);
  server.WaitUntilOpen(5);

  std::thread stop([&] { server.StopAccepting(); });
  release.set_value();
  stop.join();

  EXPECT_EQ(server.shared.num_open, 4);
  for (const Client& client : waiting) {
    EXPECT_EQ(FirstByte(client), kClosed);
  }
}

TEST(AcceptorTest, NoConnectionIsAcceptedAfterAStopWhileConnectionsArrive) {
  for (int i = 0; i < 20; ++i) {
    TestServer server(/*max_connections=*/4, /*max_reserved=*/2);
    server.shared.idle = i % 2 == 0;
    std::atomic<bool> stopped{false};
    std::vector<std::thread> threads;
    for (size_t listener = 0; listener < 2; ++listener) {
      threads.emplace_back([&stopped, port = server.port(listener)] {
        while (!stopped) {
          Client client(port);
        }
      });
    }
    while (server.accepted().size() < 20) {
      std::this_thread::yield();
    }

    server.StopAccepting();

    const size_t accepted = server.accepted().size();
    stopped = true;
    for (std::thread& thread : threads) {
      thread.join();
    }
    server.WaitForLoop(0);
    EXPECT_EQ(server.accepted().size(), accepted);
  }
}

}  // namespace
}  // namespace tfs3::net
