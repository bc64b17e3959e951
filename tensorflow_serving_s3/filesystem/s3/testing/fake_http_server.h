// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP server for tests of responses that a real store does not send.
//
//   FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
//     out.Send(FakeResponse(403, "<Error><Code>AccessDenied</Code></Error>"));
//   });
//   Use(server.url());  // "http://127.0.0.1:PORT"
//
// Listens on a free port of the loopback interface, or on the given port. Each
// connection has its own thread, which runs the handler. The destructor closes
// all connections and joins the threads.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_HTTP_SERVER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_HTTP_SERVER_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tfs3 {
namespace s3 {

struct FakeRequest {
  std::string method;
  std::string path;                            // With the query, as sent.
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;  // Its length is the Content-Length.
};

// The server's end of a connection.
class FakeConnection {
 public:
  void Send(const std::string& bytes);
  // Ends the connection after the current request.
  void Close();
  // Blocks until the end of the server.
  void Hang();

 private:
  friend class FakeHttpServer;
  FakeConnection(int fd, class FakeHttpServer* server)
      : fd_(fd), server_(server) {}

  const int fd_;
  class FakeHttpServer* const server_;
  bool closed_ = false;
};

// Returns a complete response with a Content-Length. `headers` are lines, each
// with "\r\n".
std::string FakeResponse(int status, const std::string& body,
                         const std::string& headers = "");

class FakeHttpServer {
 public:
  using Handler =
      std::function<void(const FakeRequest& request, FakeConnection& out)>;

  explicit FakeHttpServer(Handler handler, int port = 0);
  ~FakeHttpServer();

  int port() const { return port_; }
  std::string url() const;
  // Returns all requests so far.
  std::vector<FakeRequest> requests() const;
  // Returns the number of connections so far.
  size_t connections() const;

  // Stops reading, before the next read, until Read: sent bytes stay in the
  // kernel's buffers and then in the client.
  void StopReading();
  void Read();

  FakeHttpServer(const FakeHttpServer&) = delete;
  FakeHttpServer& operator=(const FakeHttpServer&) = delete;

 private:
  friend class FakeConnection;

  void Accept();
  void Serve(int fd);
  void WaitForEnd();

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  bool reading_ = true;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::vector<FakeRequest> requests_;
};

// Returns a port of the loopback interface without a listener.
int UnusedPort();

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_HTTP_SERVER_H_
