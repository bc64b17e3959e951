// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The limits of connections of HttpServer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HttpServerConnectionsTest, AnIdleConnectionIsClosedWithoutAnAnswer) {
  HttpServer::Options options = LoopbackOptions();
  options.idle_timeout = std::chrono::milliseconds(50);
  auto server = StartServer(Echo, options);
  Client silent(server->port());
  EXPECT_EQ(silent.ReadAll(), "");
  Client once(server->port());
  once.Send(Get("/"));
  EXPECT_THAT(once.ReadAll(),
              AllOf(StartsWith("HTTP/1.1 200 OK"), EndsWith("GET / ")));
}

TEST(HttpServerConnectionsTest, SlowClientsUseNoThread) {
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  auto server = StartServer(Echo, options);
  std::vector<Client> slow;
  for (int i = 0; i < 200; ++i) {
    slow.emplace_back(server->port());
    slow.back().Send(
        i % 2 ? "GET /slow HTTP/1.1\r\nHost: h\r\nX:"
              : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
  }
  Client client(server->port());
  client.Send(Post("/quick", "now"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST /quick now");
}

// Opens two connections and gets a response on each.
std::vector<std::unique_ptr<Client>> OpenTwoConnections(int port) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<Client>(port));
    clients.back()->Send(Get("/"));
    EXPECT_EQ(BodyOf(clients.back()->ReadResponse()), "GET / ");
  }
  return clients;
}

HttpServer::Options TwoConnectionsAtMost() {
  HttpServer::Options options = LoopbackOptions();
  options.max_connections = 2;
  return options;
}

TEST(HttpServerConnectionsTest, AFullServerAnswersGetAndRefusesPost) {
  // Blocked handlers keep both connections busy.
  HandlerGate gate;
  auto server = StartServer(
      [&](const HttpRequest& request) {
        return request.path == "/wait" ? gate.Handle(request) : Echo(request);
      },
      TwoConnectionsAtMost());
  Client first(server->port());
  Client second(server->port());
  first.Send(Post("/wait", ""));
  second.Send(Post("/wait", ""));
  gate.AwaitEntered(2);

  Client probe(server->port());
  probe.Send(Get("/probe"));
  const std::string response = probe.ReadResponse();
  EXPECT_EQ(BodyOf(response), "GET /probe ");
  EXPECT_THAT(response, HasSubstr("Connection: close"));
  Client other(server->port());
  other.Send(Post("/other", "body"));
  const std::string refusal = other.ReadResponse();

  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("--rest_api_max_connections"));
  gate.Open();
  EXPECT_EQ(BodyOf(first.ReadResponse()), "POST /wait ");
  EXPECT_EQ(BodyOf(second.ReadResponse()), "POST /wait ");
}

TEST(HttpServerConnectionsTest, AFloodOfSilentConnectionsDoesNotBlockClients) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnectionsAtMost();
  options.counters = &counters;
  auto server = StartServer(Echo, options);

  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 50; ++i) {
    silent.push_back(std::make_unique<Client>(server->port()));
  }
  Client client(server->port());
  client.Send(Post("/new", "body"));

  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST /new body");
  EXPECT_LE(counters.open_connections, 2 + 16 + 1);
  EXPECT_GE(counters.evicted_connections, 48);
}

TEST(HttpServerConnectionsTest, AFullServerAnswersProbesDuringAFlood) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnectionsAtMost();
  options.counters = &counters;
  auto server = StartServer(Echo, options);

  // Bodies that do not arrive.
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<Client>(server->port()));
    slow.back()->Send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  }
  Client probe(server->port());
  probe.Send(Get("/probe"));

  EXPECT_EQ(BodyOf(probe.ReadResponse()), "GET /probe ");
  EXPECT_LE(counters.open_connections, 2 + 16 + 1);
}

TEST(HttpServerConnectionsTest, AnIdleConnectionMakesRoomForANewOne) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnectionsAtMost();
  options.counters = &counters;
  auto server = StartServer(Echo, options);
  const auto idle = OpenTwoConnections(server->port());

  // Within the first second the connections are not idle yet.
  std::string response;
  do {
    Client client(server->port());
    client.Send(Post("/new", "body"));
    response = client.ReadResponse();
  } while (response.rfind("HTTP/1.1 503 ", 0) == 0);

  EXPECT_EQ(BodyOf(response), "POST /new body");
  EXPECT_GE(counters.evicted_connections, 1);
}

}  // namespace
}  // namespace tfs3::net
