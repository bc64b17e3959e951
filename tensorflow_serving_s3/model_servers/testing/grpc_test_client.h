// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_TEST_CLIENT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_TEST_CLIENT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tfs3::grpc {

// The response of a server.
struct CallResult {
  // A gRPC status code; the same as that of absl::Status.
  int code;
  std::string message;
  // The response message; the messages of a stream are joined.
  std::string payload;
};

struct CallOptions {
  // The deadline of the call; 0: none.
  std::chrono::milliseconds timeout{0};
  std::vector<std::pair<std::string, std::string>> metadata;
  // The compression of the request: "gzip", "deflate" or "" for none.
  std::string compression;
  // Called before the client reads the response, if it is not empty.
  std::function<void()> before_reading;
};

// The TLS settings of a client, as PEM text.
struct ClientTls {
  // The certificate that the server's certificate is verified against.
  std::string server_ca;
  // The client's key and certificate; may be empty.
  std::string key;
  std::string certificate;
};

// A gRPC client for tests that sends and receives bytes. Each call has its own
// connection. Thread-safe.
class TestingClient {
 public:
  // `address` is "HOST:PORT" or "unix:PATH".
  explicit TestingClient(const std::string& address,
                         const std::optional<ClientTls>& tls = std::nullopt);
  ~TestingClient();

  // Calls a unary method.
  CallResult Call(const std::string& method, const std::string& request,
                  const CallOptions& options = {});

  // Calls a method with any number of request messages.
  CallResult CallWith(const std::string& method,
                      const std::vector<std::string>& requests,
                      const CallOptions& options = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_TEST_CLIENT_H_
