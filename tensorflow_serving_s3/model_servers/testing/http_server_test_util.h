// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP_SERVER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP_SERVER_TEST_UTIL_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

// Servers and handlers for tests of HttpServer.
//
//   auto server = StartServer(Echo);
//   Client client(server->port());
namespace tfs3::net {

// A handler that returns the method, the path and the body of the request.
inline HttpResponse Echo(const HttpRequest& request) {
  return {200, "text/plain",
          absl::StrCat(request.method, " ", request.path, " ",
                       request.body->view())};
}

// A handler that returns the size of the body and whether its padding is zero.
inline HttpResponse DescribeBody(const HttpRequest& request) {
  const PaddedBuffer& body = *request.body;
  bool zeros = true;
  for (size_t i = 0; i < PaddedBuffer::kPadding; ++i) {
    zeros = zeros && body.data()[body.size() + i] == 0;
  }
  return {200, "text/plain",
          absl::StrCat(body.size(), zeros ? " zeros" : " garbage")};
}

// A free port of 127.0.0.1 and two threads for handlers.
inline HttpServer::Options LoopbackOptions() {
  HttpServer::Options options;
  options.address = "127.0.0.1";
  options.num_threads = 2;
  return options;
}

// Starts a server; fails the test if that fails.
inline std::unique_ptr<HttpServer> StartServer(
    HttpServer::Handler handler,
    HttpServer::Options options = LoopbackOptions()) {
  absl::StatusOr<std::unique_ptr<HttpServer>> server =
      HttpServer::Start(options, std::move(handler));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

// Blocks handlers until Open is called.
class HandlerGate {
 public:
  // A handler that waits for Open.
  HttpResponse Handle(const HttpRequest& request) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++entered_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return Echo(request);
  }

  // Waits until `count` handlers have begun.
  void AwaitEntered(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return entered_ >= count; });
  }

  void Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int entered_ = 0;
  bool open_ = false;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_HTTP_SERVER_TEST_UTIL_H_
