// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_SERVER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_SERVER_TEST_UTIL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

// Servers and handlers for tests of the gRPC transport.
//
//   ServerAndClient echo(Echo);
//   EXPECT_EQ(echo.Call("bytes").payload, "bytes");
namespace tfs3::grpc {

// gRPC status codes.
inline constexpr int kOk = 0;
inline constexpr int kInvalidArgument = 3;
inline constexpr int kDeadlineExceeded = 4;
inline constexpr int kNotFound = 5;
inline constexpr int kResourceExhausted = 8;
inline constexpr int kUnimplemented = 12;
inline constexpr int kInternal = 13;
inline constexpr int kUnavailable = 14;

// Joins the slices of a message.
inline std::string Join(const std::vector<Slice>& slices) {
  std::string bytes;
  for (const Slice& slice : slices) {
    bytes.append(slice.data, slice.size);
  }
  return bytes;
}

// A handler that returns the request.
inline void Echo(Call call) {
  std::string result = Join(call.request());
  std::move(call).Finish(kOk, "", std::move(result));
}

// The options of a server at a free port of 127.0.0.1.
inline ServerOptions Loopback() {
  ServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  return options;
}

// Starts a server; fails the test if that fails.
inline std::unique_ptr<Server> StartServer(const ServerOptions& options,
                                           MethodTable methods) {
  StartResult started = Server::Start(options, std::move(methods));
  EXPECT_EQ(started.error, "");
  return std::move(started.server);
}

// The address of the first port of a server.
inline std::string AddressOf(const Server& server) {
  return "127.0.0.1:" + std::to_string(server.ports().at(0));
}

// A server of one method, "/test.Test/Call", and a client that calls it.
class ServerAndClient {
 public:
  explicit ServerAndClient(Handler handler,
                           const ServerOptions& options = Loopback())
      : server_(StartServer(options, {{kMethod, std::move(handler)}})),
        client_(AddressOf(*server_)) {}

  Server& server() { return *server_; }
  TestingClient& client() { return client_; }

  CallResult Call(const std::string& request, const CallOptions& options = {}) {
    return client_.Call(kMethod, request, options);
  }
  CallResult CallWith(const std::vector<std::string>& requests) {
    return client_.CallWith(kMethod, requests);
  }

 private:
  static constexpr char kMethod[] = "/test.Test/Call";

  std::unique_ptr<Server> server_;
  TestingClient client_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_GRPC_SERVER_TEST_UTIL_H_
