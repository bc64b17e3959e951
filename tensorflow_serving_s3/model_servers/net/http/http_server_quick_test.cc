// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The quick handler of HttpServer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpResponse Text(std::string body) {
  return {200, "text/plain", std::move(body)};
}

// Echo says which handler answered.
HttpServer::Options QuickOptions() {
  HttpServer::Options options = LoopbackOptions();
  options.quick_handler =
      [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path == "/slow") {
      return std::nullopt;
    }
    return Text("quick");
  };
  return options;
}

TEST(HttpServerQuickTest, AnswersASmallPost) {
  auto server = StartServer(Echo, QuickOptions());
  Client client(server->port());

  client.Send(Post("/", "body"));

  EXPECT_EQ(BodyOf(client.ReadResponse()), "quick");
}

TEST(HttpServerQuickTest, TheHandlerAnswersWhatTheQuickHandlerDoesNot) {
  auto server = StartServer(Echo, QuickOptions());
  Client client(server->port());

  client.Send(Post("/slow", "body"));

  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST /slow body");
}

TEST(HttpServerQuickTest, TheHandlerAnswersGet) {
  auto server = StartServer(Echo, QuickOptions());
  Client client(server->port());

  client.Send(Get("/"));

  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(HttpServerQuickTest, TheHandlerAnswersALargePost) {
  auto server = StartServer(Echo, QuickOptions());
  Client client(server->port());
  const std::string body(20 << 10, 'x');

  client.Send(Post("/", body));

  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / " + body);
}

TEST(HttpServerQuickTest, TheHandlerAnswersABodyWithACoding) {
  auto server = StartServer(Echo, QuickOptions());
  Client client(server->port());

  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: identity\r\n"
      "Content-Length: 4\r\n\r\nbody");

  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / body");
}

TEST(HttpServerQuickTest, AnswersWhileAllWorkersAreBusy) {
  HttpServer::Options options = QuickOptions();
  options.num_threads = 1;
  std::promise<void> release;
  std::promise<void> entered;
  auto server = StartServer(
      [&, released = release.get_future().share()](const HttpRequest& request) {
        entered.set_value();
        released.wait();
        return Echo(request);
      },
      options);
  Client slow(server->port());
  slow.Send(Post("/slow", ""));
  entered.get_future().wait();
  Client client(server->port());

  client.Send(Post("/", ""));

  EXPECT_EQ(BodyOf(client.ReadResponse()), "quick");
  release.set_value();
  EXPECT_EQ(BodyOf(slow.ReadResponse()), "POST /slow ");
}

TEST(HttpServerQuickTest, AnswersPipelinedRequestsInOrder) {
  auto server = StartServer(Echo, QuickOptions());
  Client client(server->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    requests += i % 10 == 0 ? Post("/slow", "") : Post("/", "body");
  }

  client.Send(requests);

  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(BodyOf(client.ReadResponse()),
              i % 10 == 0 ? "POST /slow " : "quick")
        << i;
  }
}

TEST(HttpServerQuickTest, SendsALargeResponse) {
  HttpServer::Options options = QuickOptions();
  const std::string large(8 << 20, 'x');
  options.quick_handler = [&](const HttpRequest&) { return Text(large); };
  auto server = StartServer(Echo, options);
  Client client(server->port());

  client.Send(Post("/", ""));

  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
}

TEST(HttpServerQuickTest, CompressesALargeResponseOnAWorker) {
  HttpServer::Options options = QuickOptions();
  options.quick_handler = [](const HttpRequest&) {
    return Text(std::string(100 << 10, 'x'));
  };
  TransportCounters counters;
  options.counters = &counters;
  auto server = StartServer(Echo, options);
  Client client(server->port());

  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n"
      "Connection: close\r\nContent-Length: 0\r\n\r\n");

  EXPECT_THAT(client.ReadAll(), HasSubstr("Content-Encoding: gzip"));
  EXPECT_EQ(counters.waiting_requests, 0);
}

TEST(HttpServerQuickTest, AnExceptionIsAnErrorResponse) {
  HttpServer::Options options = QuickOptions();
  options.quick_handler =
      [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path == "/memory") {
      throw std::bad_alloc();
    }
    throw std::runtime_error("broken");
  };
  auto server = StartServer(Echo, options);
  Client client(server->port());

  client.Send(Post("/memory", ""));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
  client.Send(Post("/", ""));
  const std::string response = client.ReadResponse();

  EXPECT_THAT(response, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(response, HasSubstr("broken"));
}

TEST(HttpServerQuickTest, AServerThatStopsAnswersAndCloses) {
  HttpServer::Options options = QuickOptions();
  std::promise<void> release;
  std::promise<void> entered;
  options.quick_handler =
      [&, released = release.get_future().share()](const HttpRequest&) {
        entered.set_value();
        released.wait();
        return Text("quick");
      };
  auto server = StartServer(Echo, options);
  Client client(server->port());
  client.Send(Post("/", ""));
  entered.get_future().wait();
  std::thread stop([&] { server->Stop(std::chrono::seconds(60)); });

  release.set_value();

  EXPECT_THAT(client.ReadAll(), EndsWith("quick"));
  stop.join();
}

}  // namespace
}  // namespace tfs3::net
