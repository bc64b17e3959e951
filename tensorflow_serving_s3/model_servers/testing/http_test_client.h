// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP_TEST_CLIENT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP_TEST_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

// An HTTP client for tests that sends and receives bytes.
//
//   Client client(server->port());
//   client.Send(Post("/path", "body") + Get("/next"));
//   EXPECT_EQ(BodyOf(client.ReadResponse()), "...");
namespace tfs3::net {

inline sockaddr_un UnixAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

// A new path for a UNIX socket. Bazel's folders for tests may be too long.
class SocketPath {
 public:
  SocketPath() {
    char folder[] = "/tmp/http_test_XXXXXX";
    if (mkdtemp(folder) != nullptr) {
      folder_ = folder;
    }
    path_ = folder_ + "/socket";
  }
  SocketPath(const SocketPath&) = delete;
  SocketPath& operator=(const SocketPath&) = delete;
  ~SocketPath() {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }

  const std::string& get() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

// Creates a socket file like that of a process that was killed.
inline void CreateStaleUnixSocket(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = UnixAddress(path);
  bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
}

class Client {
 public:
  // Connects to a port of 127.0.0.1.
  explicit Client(int port, int receive_buffer = 0)
      : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                 sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address),
                         sizeof address) == 0;
  }
  // Connects to a UNIX socket.
  explicit Client(const std::string& path)
      : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    const sockaddr_un address = UnixAddress(path);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address),
                         sizeof address) == 0;
  }
  Client(Client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        connected_(other.connected_),
        received_(std::move(other.received_)) {}
  ~Client() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  int local_port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  // Returns early if the server closes the connection: the test then reads the
  // response.
  void Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;
      }
      bytes.remove_prefix(sent);
    }
  }

  // Sends each byte separately.
  void SendEach(std::string_view bytes) const {
    for (const char c : bytes) {
      Send(std::string_view(&c, 1));
    }
  }

  void FinishSending() const { shutdown(fd_, SHUT_WR); }

  // Returns the next response, head and body. If the server closes the
  // connection first, returns the bytes that have arrived.
  std::string ReadResponse(bool head_only = false) {
    size_t head;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) {
        return std::exchange(received_, "");
      }
    }
    size_t size = head + 4;
    const size_t length_at = received_.find("Content-Length: ");
    if (!head_only && length_at < head) {
      const size_t value = length_at + 16;
      size_t length = 0;
      if (!absl::SimpleAtoi(
              received_.substr(value, received_.find('\r', value) - value),
              &length)) {
        return "no length";
      }
      size += length;
    }
    while (received_.size() < size) {
      if (!Receive()) {
        return std::exchange(received_, "");
      }
    }
    std::string response = received_.substr(0, size);
    received_.erase(0, size);
    return response;
  }

  // Returns all bytes until the server closes the connection.
  std::string ReadAll() {
    while (Receive()) {
    }
    return std::exchange(received_, "");
  }

 private:
  bool Receive() {
    char buffer[64 << 10];
    const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
    if (size > 0) {
      received_.append(buffer, size);
    }
    return size > 0;
  }

  int fd_;
  bool connected_;
  std::string received_;
};

inline std::string BodyOf(const std::string& response) {
  const size_t head = response.find("\r\n\r\n");
  return head == std::string::npos ? "" : response.substr(head + 4);
}

inline std::string Post(std::string_view path, std::string_view body,
                        std::string_view headers = "") {
  return absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: h\r\n", headers,
                      "Content-Length: ", body.size(), "\r\n\r\n", body);
}

inline std::string Get(std::string_view path, std::string_view headers = "") {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: h\r\n", headers,
                      "\r\n");
}

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP_TEST_CLIENT_H_
