// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Start, addresses and stop of HttpServer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpResponse ReturnPeer(const HttpRequest& request) {
  return {200, "text/plain", std::string(request.peer)};
}

TEST(HttpServerLifecycleTest, ListensAtAUnixSocketAndAPort) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = path.get();
  auto server = StartServer(ReturnPeer, options);
  Client local(options.unix_socket_path);
  local.Send(Get("/"));
  EXPECT_EQ(BodyOf(local.ReadResponse()), "unix:");
  Client remote(server->port());
  remote.Send(Get("/"));
  EXPECT_THAT(BodyOf(remote.ReadResponse()), StartsWith("ipv4:"));
  server->Stop(std::chrono::hours(1));
  EXPECT_FALSE(Client(options.unix_socket_path).connected());
  EXPECT_NE(access(options.unix_socket_path.c_str(), F_OK), 0);
}

TEST(HttpServerLifecycleTest, ListensAtAUnixSocketOnly) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.port = HttpServer::kNoPort;
  options.unix_socket_path = path.get();
  auto server = StartServer(Echo, options);
  EXPECT_EQ(server->port(), HttpServer::kNoPort);
  Client client(options.unix_socket_path);
  client.Send(Post("/", "body"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / body");
}

TEST(HttpServerLifecycleTest, StartNeedsAPortOrAUnixSocket) {
  HttpServer::Options options = LoopbackOptions();
  options.port = HttpServer::kNoPort;
  const absl::Status status = HttpServer::Start(options, Echo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("neither a port nor"));
}

TEST(HttpServerLifecycleTest, ReplacesTheSocketFileOfADeadProcess) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = path.get();
  CreateStaleUnixSocket(options.unix_socket_path);
  auto server = StartServer(Echo, options);
  Client client(options.unix_socket_path);
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(HttpServerLifecycleTest, AUnixSocketInUseIsAnErrorThatNamesPathAndCure) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = path.get();
  auto server = StartServer(Echo, options);
  const absl::Status status = HttpServer::Start(options, Echo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr(options.unix_socket_path),
                    HasSubstr("another process uses the socket"),
                    HasSubstr("choose another path")));
  // The first server still answers.
  Client client(options.unix_socket_path);
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(HttpServerLifecycleTest, AnInvalidSocketPathIsAnError) {
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = "/dev/null";
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("a file that is not a socket"));
  options.unix_socket_path = "/no/such/folder/socket";
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("Its folder must exist"));
  options.unix_socket_path = "/" + std::string(108, 'x');
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("Choose a shorter path"));
}

TEST(HttpServerLifecycleTest, APortInUseIsAnErrorThatNamesPortAndCure) {
  auto server = StartServer(Echo);
  HttpServer::Options options = LoopbackOptions();
  options.port = server->port();
  const absl::Status status = HttpServer::Start(options, Echo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr(absl::StrCat("127.0.0.1:", server->port())),
                    HasSubstr("another process uses port"),
                    HasSubstr("choose another port")));
}

TEST(HttpServerLifecycleTest, AnAddressOfAnotherMachineIsAnError) {
  HttpServer::Options options = LoopbackOptions();
  options.address = "203.0.113.7";
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("203.0.113.7"));
  options.address = "not an address";
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("not an address"));
  options.address = "127.0.0.1";
  options.port = 70000;
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("70000"));
}

TEST(HttpServerLifecycleTest, StopClosesIdleConnectionsAndThePort) {
  auto server = StartServer(Echo);
  const int port = server->port();
  Client idle(port);
  idle.Send(Get("/"));
  EXPECT_THAT(idle.ReadResponse(), StartsWith("HTTP/1.1 200"));
  Client silent(port);
  server->Stop(std::chrono::hours(1));
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(silent.ReadAll(), "");
  EXPECT_FALSE(Client(port).connected());
}

TEST(HttpServerLifecycleTest, StopWaitsForRequests) {
  HandlerGate gate;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); });
  Client handled(server->port());
  handled.Send(Post("/handled", "1") + Get("/behind"));
  gate.AwaitEntered(1);
  auto stopped = std::async(std::launch::async,
                            [&] { server->Stop(std::chrono::hours(1)); });
  // Stop closes the port first.
  while (Client(server->port()).connected()) {
    std::this_thread::yield();
  }
  gate.Open();
  const std::string first = handled.ReadResponse();
  EXPECT_EQ(BodyOf(first), "POST /handled 1");
  EXPECT_THAT(first, HasSubstr("Connection: keep-alive"));
  const std::string second = handled.ReadAll();
  EXPECT_EQ(BodyOf(second), "GET /behind ");
  EXPECT_THAT(second, HasSubstr("Connection: close"));
  stopped.get();
}

TEST(HttpServerLifecycleTest, StopWithoutGraceClosesIncompleteRequests) {
  auto server = StartServer(Echo);
  Client partial(server->port());
  partial.Send(Get("/") +
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(BodyOf(partial.ReadResponse()), "GET / ");
  server->Stop(std::chrono::milliseconds(0));
  EXPECT_EQ(partial.ReadAll(), "");
}

TEST(HttpServerLifecycleTest, StopMayBeCalledTwice) {
  auto server = StartServer(Echo);
  server->Stop(std::chrono::milliseconds(10));
  server->Stop(std::chrono::milliseconds(10));
}

TEST(HttpServerLifecycleTest, StopUnderLoadSendsCompleteAnswers) {
  auto server = StartServer(Echo);
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, port = server->port()] {
      Client client(port);
      while (true) {
        client.Send(Post("/", "load"));
        const std::string response = client.ReadResponse();
        if (response.empty()) {
          return;
        }
        EXPECT_EQ(BodyOf(response), "POST / load");
        answered.fetch_add(1);
        if (response.find("Connection: close") != std::string::npos) {
          return;
        }
      }
    });
  }
  while (answered.load() < 200) {
    std::this_thread::yield();
  }
  server->Stop(std::chrono::hours(1));
  for (std::thread& thread : threads) {
    thread.join();
  }
}

TEST(HttpServerLifecycleTest, ARequestThatWaitsForAThreadIsInTheGate) {
  RequestGate requests;
  HandlerGate gate;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.gate = &requests;
  auto started = HttpServer::Start(options, [&](const HttpRequest& request) {
    return *request.pass ? gate.Handle(request)
                         : HttpResponse{503, kJsonContentType, "{}"};
  });
  ASSERT_TRUE(started.ok()) << started.status();
  Client first((*started)->port());
  Client second((*started)->port());
  first.Send(Post("/1", ""));
  gate.AwaitEntered(1);
  second.Send(Post("/2", ""));
  while (requests.size() < 2) {
    std::this_thread::yield();
  }
  requests.Close();
  Client late((*started)->port());
  late.Send(Get("/3"));
  gate.Open();
  EXPECT_EQ(BodyOf(first.ReadResponse()), "POST /1 ");
  EXPECT_EQ(BodyOf(second.ReadResponse()), "POST /2 ");
  EXPECT_THAT(late.ReadResponse(), StartsWith("HTTP/1.1 503"));
  EXPECT_TRUE(requests.WaitUntilEmpty(std::chrono::minutes(1)));
}

HttpResponse RequirePass(const HttpRequest& request) {
  return {*request.pass ? 200 : 503, "text/plain", "body"};
}

// Expect: 100-continue shows when the head has arrived.
TEST(HttpServerLifecycleTest, ARequestThatBeganBeforeTheGateClosedIsAnswered) {
  for (const bool closes_first : {false, true}) {
    RequestGate requests;
    HttpServer::Options options = LoopbackOptions();
    options.gate = &requests;
    auto server = StartServer(RequirePass, options);
    Client sized(server->port());
    sized.Send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
        "Content-Length: 4\r\n\r\n");
    EXPECT_THAT(sized.ReadResponse(), StartsWith("HTTP/1.1 100 "));
    Client chunked(server->port());
    chunked.Send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    EXPECT_THAT(chunked.ReadResponse(), StartsWith("HTTP/1.1 100 "));
    Client head(server->port());
    head.Send("GET / HT");
    while (requests.size() < 3) {
      std::this_thread::yield();
    }

    if (closes_first) {
      requests.Close();
      server->BeginStop();
    } else {
      server->BeginStop();
      requests.Close();
    }
    Client late(server->port());
    late.Send(Get("/"));
    EXPECT_THAT(late.ReadResponse(), StartsWith("HTTP/1.1 503 "));
    EXPECT_FALSE(requests.WaitUntilEmpty(std::chrono::milliseconds(1)));
    sized.Send("body");
    chunked.Send("4\r\nbody\r\n0\r\n\r\n");
    head.Send("TP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_THAT(sized.ReadResponse(), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(chunked.ReadResponse(), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(head.ReadResponse(), StartsWith("HTTP/1.1 200 "));
    EXPECT_TRUE(requests.WaitUntilEmpty(std::chrono::minutes(1)));
  }
}

TEST(HttpServerLifecycleTest,
     ARefusedRequestLeavesTheGateBeforeItsRestArrives) {
  RequestGate requests;
  HttpServer::Options options = LoopbackOptions();
  options.gate = &requests;
  options.max_body_bytes = 10;
  options.request_timeout = std::chrono::hours(1);
  auto server = StartServer(RequirePass, options);
  Client client(server->port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 413 "));
  requests.Close();
  EXPECT_TRUE(requests.WaitUntilEmpty(std::chrono::minutes(1)));
}

}  // namespace
}  // namespace tfs3::net
