// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Sends requests to a server on this computer at a rate, whether or not the
// server keeps up. Prints a line for each request that has ended: its
// milliseconds, or "failed".
//
//   send_at_rate http1 8501 /v1/models/half:predict body.json steps 20000 5 9 1
//   send_at_rate grpc 8500 /package.Service/Method frame random 20000 5 50 100
//
// The arguments: protocol, port, path, file with the body, "steps" (equal
// times between requests) or "random" (a Poisson process), requests a second,
// seconds, connections, and requests that a connection may have open. Other
// requests wait; their milliseconds include that. The only thread never sleeps:
// a timer would be later than the response of a small model.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "send_at_rate: %s\n", message.c_str());
  std::exit(1);
}

struct Connection;

struct Load {
  int port;
  std::string path;
  std::string body;
  std::deque<Connection*> free;      // One for each request that may begin.
  std::vector<double> milliseconds;  // Below 0: failed.
};

struct Connection {
  explicit Connection(Load* shared)
      : load(*shared), fd(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(load.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
      Fail("cannot connect to port " + std::to_string(load.port));
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  virtual ~Connection() = default;

  virtual void Begin(Clock::time_point due) = 0;
  virtual void Receive(std::string_view bytes) = 0;
  // Sets `output` to the next bytes. Returns false if there are none.
  virtual bool Produce() { return false; }

  void End(Clock::time_point due, bool is_answered) {
    const Milliseconds took = Clock::now() - due;
    load.milliseconds.push_back(is_answered ? took.count() : -1);
    load.free.push_back(this);
  }

  void Read() {
    static char buffer[64 << 10];
    ssize_t size;
    while ((size = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0) {
      Receive({buffer, static_cast<size_t>(size)});
    }
    if (size == 0 || errno != EAGAIN) {
      Fail("the server closed a connection");
    }
  }

  void Write() {
    while (!output.empty() || Produce()) {
      const ssize_t size =
          send(fd, output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0) {
        return;  // Read finds errors.
      }
      output.remove_prefix(static_cast<size_t>(size));
    }
  }

  Load& load;
  const int fd;
  std::string_view output;
};

struct Http1 final : Connection {
  explicit Http1(Load* load)
      : Connection(load),
        request("POST " + load->path +
                " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(load->body.size()) + "\r\n\r\n" + load->body) {}

  void Begin(Clock::time_point time) override {
    due = time;
    output = request;
  }

  void Receive(std::string_view bytes) override {
    constexpr std::string_view kLength = "Content-Length: ";
    input.append(bytes);
    const size_t end = input.find("\r\n\r\n");
    const size_t length = input.find(kLength);
    if (end == std::string::npos) {
      return;
    }
    if (length > end) {
      Fail("a response has no Content-Length");
    }
    if (input.size() >=
        end + 4 + std::stoul(input.substr(length + kLength.size(), 20))) {
      const bool is_answered = input.compare(9, 3, "200") == 0;
      input.clear();
      End(due, is_answered);
    }
  }

  const std::string request;
  Clock::time_point due;
  std::string input;
};

struct Grpc final : Connection {
  struct Call {
    Clock::time_point due;
    size_t sent = 0;
    bool is_answered = false;
  };

  explicit Grpc(Load* load) : Connection(load) {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_header_callback(
        made,
        [](nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
           size_t, const uint8_t* value, size_t, uint8_t, void* self) {
          if (reinterpret_cast<const char*>(name) ==
              std::string_view("grpc-status")) {
            static_cast<Grpc*>(self)->calls[frame->hd.stream_id].is_answered =
                *value == '0';
          }
          return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        made, [](nghttp2_session*, int32_t id, uint32_t, void* user) {
          auto* const self = static_cast<Grpc*>(user);
          self->End(self->calls[id].due, self->calls[id].is_answered);
          self->calls.erase(id);
          return 0;
        });
    nghttp2_session_client_new(&session, made, this);
    nghttp2_session_callbacks_del(made);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* to,
                          size_t room, uint32_t* flags, nghttp2_data_source*,
                          void* user) {
    auto* const self = static_cast<Grpc*>(user);
    const std::string& body = self->load.body;
    size_t& sent = self->calls[id].sent;
    const size_t size = body.copy(reinterpret_cast<char*>(to), room, sent);
    sent += size;
    *flags |= sent == body.size() ? NGHTTP2_DATA_FLAG_EOF : 0;
    return static_cast<ssize_t>(size);
  }

  void Begin(Clock::time_point due) override {
    const std::string_view headers[][2] = {
        {":method", "POST"},  {":scheme", "http"},
        {":path", load.path}, {":authority", "localhost"},
        {"te", "trailers"},   {"content-type", "application/grpc"}};
    std::vector<nghttp2_nv> fields;
    for (const auto& [name, value] : headers) {
      fields.push_back(
          {reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
           reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())),
           name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider body = {{}, ReadBody};
    calls[nghttp2_submit_request(session, nullptr, fields.data(), fields.size(),
                                 &body, nullptr)] = {due};
  }

  void Receive(std::string_view bytes) override {
    if (nghttp2_session_mem_recv(session,
                                 reinterpret_cast<const uint8_t*>(bytes.data()),
                                 bytes.size()) < 0) {
      Fail("the server violates HTTP/2");
    }
  }

  bool Produce() override {
    constexpr size_t kEnough = 64 << 10;
    const uint8_t* data;
    ssize_t size;
    frames.clear();
    while (frames.size() < kEnough &&
           (size = nghttp2_session_mem_send(session, &data)) > 0) {
      frames.append(reinterpret_cast<const char*>(data), size);
    }
    output = frames;
    return !frames.empty();
  }

  nghttp2_session* session = nullptr;
  std::unordered_map<int32_t, Call> calls;
  std::string frames;
};

// Sends requests until the end of the time.
void Run(Load* load, bool is_random, double rate, std::chrono::seconds time,
         int epoll) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(rate / 1000);
  std::deque<Clock::time_point> waiting;
  Clock::time_point now = Clock::now();
  const Clock::time_point end = now + time;
  for (Clock::time_point next = now; now < end; now = Clock::now()) {
    while (next <= now) {
      waiting.push_back(next);
      next += std::chrono::duration_cast<Clock::duration>(
          Milliseconds(is_random ? gap(random) : 1000 / rate));
    }
    for (; !waiting.empty() && !load->free.empty(); waiting.pop_front()) {
      Connection* const connection = load->free.front();
      load->free.pop_front();
      connection->Begin(waiting.front());
      connection->Write();
    }
    epoll_event events[64];
    const int count = epoll_wait(epoll, events, std::size(events), 0);
    for (int i = 0; i < count; ++i) {
      auto* const connection = static_cast<Connection*>(events[i].data.ptr);
      connection->Read();
      connection->Write();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 10) {
    Fail("needs 9 arguments; see its source");
  }
  std::ifstream file(argv[4], std::ios::binary);
  Load load;
  load.port = std::atoi(argv[2]);
  load.path = argv[3];
  load.body.assign(std::istreambuf_iterator<char>(file), {});
  const int epoll = epoll_create1(0);
  std::vector<std::unique_ptr<Connection>> connections;
  for (int i = 0; i < std::atoi(argv[8]); ++i) {
    if (argv[1] == std::string_view("grpc")) {
      connections.push_back(std::make_unique<Grpc>(&load));
    } else {
      connections.push_back(std::make_unique<Http1>(&load));
    }
    Connection* const made = connections.back().get();
    epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET, {made}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, made->fd, &event);
  }
  for (int i = 0; i < std::atoi(argv[9]); ++i) {
    for (const auto& connection : connections) {
      load.free.push_back(connection.get());
    }
  }
  Run(&load, argv[5] == std::string_view("random"), std::atof(argv[6]),
      std::chrono::seconds(std::atoi(argv[7])), epoll);
  for (const double milliseconds : load.milliseconds) {
    if (milliseconds < 0) {
      std::puts("failed");
    } else {
      std::printf("%.3f\n", milliseconds);
    }
  }
  return 0;
}
