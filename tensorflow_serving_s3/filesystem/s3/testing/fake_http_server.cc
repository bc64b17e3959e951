// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace tfs3 {
namespace s3 {
namespace {

// The first byte of a TLS connection.
constexpr char kTlsHandshake = 0x16;

// Binds a socket. Retries if the port is in use: another process may use the
// port of an earlier server for a short time.
bool BindWithRetries(int fd, const sockaddr_in& address) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address),
             sizeof(address)) == 0) {
      return true;
    }
    if (errno != EADDRINUSE) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

int Bind(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t length = sizeof(address);
  if (fd < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
      !BindWithRetries(fd, address) ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::perror(("fake server, port " + std::to_string(port)).c_str());
    std::abort();
  }
  port = ntohs(address.sin_port);
  return fd;
}

// Parses the head of a request.
FakeRequest Parse(const std::string& text) {
  FakeRequest request;
  std::istringstream lines(text);
  lines >> request.method >> request.path;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "\r") {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      continue;
    }
    std::string name = line.substr(0, colon);
    for (char& c : name) {
      c = static_cast<char>(std::tolower(c));
    }
    request.headers[name] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return request;
}

}  // namespace

void FakeConnection::Send(const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n =
        send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) {
      return;  // The client has gone.
    }
    sent += n;
  }
}

void FakeConnection::Close() {
  shutdown(fd_, SHUT_RDWR);
  closed_ = true;
}

void FakeConnection::Hang() {
  server_->WaitForEnd();
  closed_ = true;
}

std::string FakeResponse(int status, const std::string& body,
                         const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Fake\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

FakeHttpServer::FakeHttpServer(Handler handler, int port)
    : handler_(std::move(handler)), port_(port) {
  listener_ = Bind(port_);
  if (listen(listener_, 64) != 0) {
    std::abort();
  }
  acceptor_ = std::thread([this] { Accept(); });
}

FakeHttpServer::~FakeHttpServer() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    for (int fd : connections_) {
      shutdown(fd, SHUT_RDWR);
    }
    changed_.notify_all();
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  for (int fd : connections_) {
    close(fd);
  }
  close(listener_);
}

std::string FakeHttpServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

std::vector<FakeRequest> FakeHttpServer::requests() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

size_t FakeHttpServer::connections() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return connections_.size();
}

void FakeHttpServer::StopReading() {
  std::lock_guard<std::mutex> lock(mutex_);
  reading_ = false;
}

void FakeHttpServer::Read() {
  std::lock_guard<std::mutex> lock(mutex_);
  reading_ = true;
  changed_.notify_all();
}

void FakeHttpServer::Accept() {
  while (true) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) {
      return;
    }
    std::lock_guard<std::mutex> lock(mutex_);
    connections_.push_back(fd);
    if (ended_) {
      shutdown(fd, SHUT_RDWR);
      return;
    }
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void FakeHttpServer::Serve(int fd) {
  FakeConnection connection(fd, this);
  std::string received;
  while (!connection.closed_) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return ended_ || reading_; });
    }
    char buffer[4096];
    const ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
    if (n <= 0) {
      return;
    }
    received.append(buffer, n);
    if (received.front() == kTlsHandshake) {
      connection.Send(FakeResponse(400, "This server speaks plain HTTP."));
      connection.Close();
      return;
    }
    const size_t end = received.find("\r\n\r\n");
    if (end == std::string::npos) {
      continue;
    }
    FakeRequest request = Parse(received.substr(0, end + 4));
    const auto length = request.headers.find("content-length");
    const size_t body_size =
        length == request.headers.end() ? 0 : std::stoull(length->second);
    if (received.size() < end + 4 + body_size) {
      continue;
    }
    request.body = received.substr(end + 4, body_size);
    received.erase(0, end + 4 + body_size);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      requests_.push_back(request);
    }
    handler_(request, connection);
  }
}

void FakeHttpServer::WaitForEnd() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return ended_; });
}

int UnusedPort() {
  int port = 0;
  close(Bind(port));
  return port;
}

}  // namespace s3
}  // namespace tfs3
