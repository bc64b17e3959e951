// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(HttpServerTest, SendsTheAnswerOfTheHandler) {
  auto server = StartServer([](const HttpRequest&) {
    HttpResponse response{201, kJsonContentType, "{}"};
    response.headers.emplace_back("X-More", "yes");
    return response;
  });
  Client client(server->port());
  client.Send(Get("/"));
  const std::string response = client.ReadResponse();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 201 Created\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 2\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nX-More: yes\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nDate: "));
  EXPECT_EQ(BodyOf(response), "{}");
}

TEST(HttpServerTest, HandlerSeesAllPartsOfTheRequest) {
  auto server = StartServer([](const HttpRequest& request) {
    return HttpResponse{
        200, "text/plain",
        absl::StrCat(request.method, "|", request.target, "|", request.path,
                     "|", request.query, "|",
                     request.FindHeader("x-ONE").value_or("none"), "|",
                     request.FindHeader("X-Two").value_or("none"), "|",
                     request.body->view())};
  });
  Client client(server->port());
  client.Send(
      "PUT /a%20b?c=d?e HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nContent-Length: "
      "3\r\n\r\nxyz");
  EXPECT_EQ(BodyOf(client.ReadResponse()),
            "PUT|/a%20b?c=d?e|/a%20b|c=d?e|1|none|xyz");
  client.Send("GET http://host:80/path?q HTTP/1.1\r\nHost: host:80\r\n\r\n");
  EXPECT_EQ(BodyOf(client.ReadResponse()),
            "GET|http://host:80/path?q|/path|q|none|none|");
}

TEST(HttpServerTest, ABodyHasZeroPadding) {
  auto server = StartServer(DescribeBody);
  Client client(server->port());
  for (const size_t size : {0, 1, 100, 300'000, 6'000'000}) {
    client.Send(Post("/", std::string(size, 'x')));
    EXPECT_EQ(BodyOf(client.ReadResponse()), absl::StrCat(size, " zeros"));
  }
}

TEST(HttpServerTest, KeepAliveServesManyRequestsOverOneConnection) {
  auto server = StartServer(Echo);
  Client client(server->port());
  for (int i = 0; i < 100; ++i) {
    client.Send(Post(absl::StrCat("/", i), "body"));
    EXPECT_EQ(BodyOf(client.ReadResponse()),
              absl::StrCat("POST /", i, " body"));
  }
}

TEST(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  auto server = StartServer(Echo);
  Client client(server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests +=
        i % 2 ? Get(absl::StrCat("/", i)) : Post(absl::StrCat("/", i), "body");
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(BodyOf(client.ReadResponse()),
              i % 2 ? absl::StrCat("GET /", i, " ")
                    : absl::StrCat("POST /", i, " body"));
  }
}

TEST(HttpServerTest, PacketsMaySplitARequestAnywhere) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.SendEach(Post("/split", "the body"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST /split the body");
  client.SendEach(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / abcde");
}

TEST(HttpServerTest, ChunkedBodiesAreJoined) {
  auto server = StartServer(Echo);
  Client client(server->port());
  std::string request =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string body;
  for (int i = 1; i <= 300; ++i) {
    const std::string chunk(i * 7, static_cast<char>('a' + i % 26));
    absl::StrAppend(&request, absl::Hex(chunk.size()), ";extension=1\r\n",
                    chunk, "\r\n");
    body += chunk;
  }
  request += "0\r\nTrailer: x\r\n\r\n";
  client.Send(request + Get("/next"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / " + body);
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET /next ");
}

TEST(HttpServerTest, HeadIsAnsweredWithoutBody) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.Send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n" + Get("/y"));
  const std::string response = client.ReadResponse(/*head_only=*/true);
  EXPECT_THAT(response,
              AllOf(StartsWith("HTTP/1.1 200 OK"),
                    HasSubstr("Content-Length: 8\r\n"), EndsWith("\r\n\r\n")));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET /y ");
}

TEST(HttpServerTest, SendsContinueBeforeItReadsTheBody) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: "
      "100-Continue\r\n\r\n");
  EXPECT_EQ(client.ReadResponse(/*head_only=*/true),
            "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("body");
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / body");
}

TEST(HttpServerTest, ConnectionCloseAndHttp10EndTheConnection) {
  auto server = StartServer(Echo);
  Client close_client(server->port());
  close_client.Send(Get("/", "Connection: close\r\n"));
  EXPECT_THAT(
      close_client.ReadAll(),
      AllOf(HasSubstr("\r\nConnection: close\r\n"), EndsWith("GET / ")));
  Client old_client(server->port());
  old_client.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(
      old_client.ReadAll(),
      AllOf(HasSubstr("\r\nConnection: close\r\n"), EndsWith("GET / ")));
  Client old_keep_alive(server->port());
  old_keep_alive.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old_keep_alive.ReadResponse(),
              HasSubstr("\r\nConnection: keep-alive\r\n"));
}

TEST(HttpServerTest, AClientThatClosesItsSendingSideGetsItsAnswer) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.Send(Post("/half", "closed"));
  client.FinishSending();
  EXPECT_THAT(client.ReadAll(), EndsWith("POST /half closed"));
}

TEST(HttpServerTest, LargeAnswersReachAClientThatReadsLate) {
  const std::string large(20 << 20, 'z');
  auto server = StartServer([&](const HttpRequest&) {
    return HttpResponse{200, "text/plain", large};
  });
  Client client(server->port(), /*receive_buffer=*/4096);
  client.Send(Get("/") + Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
}

TEST(HttpServerTest, AStatusWithoutBodyHasNoContentLength) {
  auto server =
      StartServer([](const HttpRequest&) { return HttpResponse{204, "", ""}; });
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 204 No Content\r\n"),
                    Not(HasSubstr("Content-"))));
}

TEST(HttpServerTest, AHandlerThatThrowsGets500AndTheServerContinues) {
  auto server = StartServer([](const HttpRequest& request) -> HttpResponse {
    if (request.path == "/throw") {
      throw std::runtime_error("a \"fault\"");
    }
    return Echo(request);
  });
  Client client(server->port());
  client.Send(Get("/throw") + Get("/after"));
  const std::string response = client.ReadResponse();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(BodyOf(response),
              AllOf(StartsWith("{\"error\": "), HasSubstr("a \\\"fault\\\"")));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET /after ");
}

TEST(HttpServerTest, TheHandlerSeesThePeer) {
  auto server = StartServer([](const HttpRequest& request) {
    return HttpResponse{200, "text/plain", std::string(request.peer)};
  });
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()),
            absl::StrCat("ipv4:127.0.0.1:", client.local_port()));
}

TEST(HttpServerTest, Http10NeedsNoHostHeader) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, Serves200ConnectionsInParallel) {
  auto server = StartServer(Echo);
  constexpr int kConnections = 200;
  constexpr int kRequests = 20;
  std::vector<Client> clients;
  for (int i = 0; i < kConnections; ++i) {
    clients.emplace_back(server->port());
  }
  for (int round = 0; round < kRequests; ++round) {
    for (int i = 0; i < kConnections; ++i) {
      clients[i].Send(Post(absl::StrCat("/", i), absl::StrCat(round)));
    }
    for (int i = 0; i < kConnections; ++i) {
      ASSERT_EQ(BodyOf(clients[i].ReadResponse()),
                absl::StrCat("POST /", i, " ", round));
    }
  }
}

TEST(HttpServerTest, HandlersRunInParallel) {
  HandlerGate gate;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); });
  Client first(server->port());
  Client second(server->port());
  first.Send(Get("/1"));
  second.Send(Get("/2"));
  gate.AwaitEntered(2);
  gate.Open();
  EXPECT_EQ(BodyOf(first.ReadResponse()), "GET /1 ");
  EXPECT_EQ(BodyOf(second.ReadResponse()), "GET /2 ");
}

}  // namespace
}  // namespace tfs3::net
