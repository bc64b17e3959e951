// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A small HTTP server for tests that need an answer no healthy store gives.
//
//   FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
//     out.Send(FakeAnswer(403, "<Error><Code>AccessDenied</Code></Error>"));
//   });
//   Use(server.url());  // "http://127.0.0.1:PORT"
//
// Binds a free port of the loopback interface, or the one it is given, so that
// it can be where another one was. The handler runs on a thread of
// its own for every connection. The destructor closes everything and joins.
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
  std::string body;  // As long as Content-Length says.
};

// The handler's end of one connection.
class FakeConnection {
 public:
  void Send(const std::string& bytes);
  // After this the connection takes no further request.
  void Close();
  // Says nothing more until the server ends.
  void Hang();

 private:
  friend class FakeHttpServer;
  FakeConnection(int fd, class FakeHttpServer* server)
      : fd_(fd), server_(server) {}

  const int fd_;
  class FakeHttpServer* const server_;
  bool closed_ = false;
};

// A complete answer with a Content-Length; `headers` are whole lines, each with
// its "\r\n".
std::string FakeAnswer(int status, const std::string& body,
                       const std::string& headers = "");

class FakeHttpServer {
 public:
  using Handler =
      std::function<void(const FakeRequest& request, FakeConnection& out)>;

  explicit FakeHttpServer(Handler handler, int port = 0);
  ~FakeHttpServer();

  int port() const { return port_; }
  std::string url() const;
  // What was asked so far.
  std::vector<FakeRequest> requests() const;
  // How many connections were made so far.
  size_t connections() const;

  // Reads nothing, from the next read on, until it is to Read again: what is
  // sent to it stays in the system's buffers, and then with the client.
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

// A port of the loopback interface on which nothing listens.
int UnusedPort();

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_FAKE_HTTP_SERVER_H_
