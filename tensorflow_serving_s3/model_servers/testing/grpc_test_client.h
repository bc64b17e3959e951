// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_TEST_CLIENT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_TEST_CLIENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tfs3::grpc {

// What a server answered. Codes are those of gRPC and absl::Status.
struct Answer {
  int code;
  std::string message;
  // The response message; those of a stream put together.
  std::string payload;
};

struct CallOptions {
  // How long to wait; for ever if zero.
  std::chrono::milliseconds timeout{0};
  std::vector<std::pair<std::string, std::string>> metadata;
  // How the request is compressed: "gzip", "deflate" or "".
  std::string compression;
};

// The client's side of TLS, as PEM text.
struct ClientTls {
  // What the server's certificate must lead to.
  std::string server_ca;
  // The client's own; may be empty.
  std::string key;
  std::string certificate;
};

// A gRPC client of bytes, for tests. As transport.h, this header is plain C++.
// Thread-safe.
class TestingClient {
 public:
  // `address` is "HOST:PORT" or "unix:PATH".
  explicit TestingClient(const std::string& address,
                         const std::optional<ClientTls>& tls = std::nullopt);
  ~TestingClient();

  // Calls a unary method.
  Answer Call(const std::string& method, const std::string& request,
              const CallOptions& options = {});

  // Calls it as no generated client would: with any number of requests.
  Answer CallWith(const std::string& method,
                  const std::vector<std::string>& requests,
                  const CallOptions& options = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_TEST_CLIENT_H_
