// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Requests to HttpServer over HTTP/2.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using http2_frames::Frame;
using http2_frames::HeadersFrame;
using http2_frames::Literal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

HttpResponse RequirePass(const HttpRequest& request) {
  return {*request.pass ? 200 : 503, "text/plain", "body"};
}

// Sends a body of any size in DATA frames. The server's windows must allow it.
void SendBody(const Http2Client& client, uint32_t stream,
              const std::string& body) {
  constexpr size_t kFrameBytes = 16 << 10;
  for (size_t begin = 0; begin < body.size(); begin += kFrameBytes) {
    client.Send(
        Frame(http2_frames::kData, 0, stream, body.substr(begin, kFrameBytes)));
  }
  client.Send(Frame(http2_frames::kData, http2_frames::kEndStream, stream, ""));
}

TEST(Http2RequestsTest, SendsTheResponseOfTheHandler) {
  auto server = StartServer([](const HttpRequest& request) {
    HttpResponse response = Echo(request);
    response.headers.emplace_back("X-Name", "value");
    return response;
  });
  Http2Client client(server->port());

  client.Send(PostFrames(1, "/path?query", "body"));
  const Http2Response response = client.Read(1);

  EXPECT_EQ(response.status(), "200");
  EXPECT_EQ(response.body, "POST /path body");
  EXPECT_EQ(response.headers.at("content-type"), "text/plain");
  EXPECT_EQ(response.headers.at("content-length"), "15");
  EXPECT_EQ(response.headers.at("x-name"), "value");
  EXPECT_THAT(response.headers.at("date"), HasSubstr(" GMT"));
  EXPECT_TRUE(response.ended);
}

TEST(Http2RequestsTest, TheHandlerSeesAllPartsOfTheRequest) {
  std::string seen;
  auto server = StartServer([&](const HttpRequest& request) {
    seen = absl::StrCat(request.method, "|", request.target, "|", request.path,
                        "|", request.query, "|", request.body->view(), "|",
                        *request.FindHeader("X-A"), "|",
                        request.peer.substr(0, 15));
    for (const HttpRequest::Header& header : request.headers) {
      EXPECT_NE(header.name.substr(0, 1), ":");
    }
    return HttpResponse();
  });
  Http2Client client(server->port());

  client.Send(PostFrames(1, "/p?q=1", "b", Literal("x-a", "v")));

  EXPECT_EQ(client.Read(1).status(), "200");
  EXPECT_EQ(seen, "POST|/p?q=1|/p|q=1|b|v|ipv4:127.0.0.1:");
}

TEST(Http2RequestsTest, ABodyHasZeroPadding) {
  auto server = StartServer(DescribeBody);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/", "body"));
  EXPECT_EQ(client.Read(1).body, "4 zeros");
  client.Send(GetFrames(3, "/"));
  EXPECT_EQ(client.Read(3).body, "0 zeros");
}

TEST(Http2RequestsTest, RequestsOfOneConnectionRunInParallel) {
  HandlerGate gate;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); });
  Http2Client client(server->port());

  client.Send(PostFrames(1, "/1", "") + PostFrames(3, "/3", ""));

  gate.AwaitEntered(2);
  gate.Open();
  EXPECT_EQ(client.Read(1).body, "POST /1 ");
  EXPECT_EQ(client.Read(3).body, "POST /3 ");
}

TEST(Http2RequestsTest, LargeBodiesArriveAndLeaveComplete) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  for (const bool has_length : {true, false}) {
    const uint32_t stream = has_length ? 1 : 3;
    const std::string body(200'000, 'b');
    client.Send(HeadersFrame(
        stream, RequestBlock("POST", "/",
                             has_length ? Literal("content-length", "200000")
                                        : std::string())));
    SendBody(client, stream, body);

    const Http2Response response = client.Read(stream);

    EXPECT_EQ(response.headers.at("content-length"), "200007");
    EXPECT_EQ(response.body, "POST / " + body);
  }
}

TEST(Http2RequestsTest, HeadIsAnsweredWithoutBody) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());

  client.Send(
      HeadersFrame(1, RequestBlock("HEAD", "/"),
                   http2_frames::kEndHeaders | http2_frames::kEndStream));
  const Http2Response response = client.Read(1);

  EXPECT_EQ(response.headers.at("content-length"), "7");
  EXPECT_EQ(response.body, "");
  EXPECT_TRUE(response.ended);
}

TEST(Http2RequestsTest, AStatusWithoutBodyHasNoContentLength) {
  auto server =
      StartServer([](const HttpRequest&) { return HttpResponse{204, "", ""}; });
  Http2Client client(server->port());

  client.Send(GetFrames(1, "/"));
  const Http2Response response = client.Read(1);

  EXPECT_EQ(response.status(), "204");
  EXPECT_EQ(response.headers.count("content-length"), 0);
  EXPECT_TRUE(response.ended);
}

TEST(Http2RequestsTest, SendsContinueBeforeTheBodyArrives) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  client.Send(HeadersFrame(
      1, RequestBlock("POST", "/", Literal("expect", "100-continue"))));
  client.Send(Frame(http2_frames::kData, http2_frames::kEndStream, 1, "body"));

  const Http2Response response = client.Read(1);

  EXPECT_THAT(response.interim, ElementsAre("100"));
  EXPECT_EQ(response.status(), "200");
  EXPECT_EQ(response.body, "POST / body");
}

TEST(Http2RequestsTest, GzipIsUsedBothWays) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  const std::string body(100'000, 'b');

  client.Send(PostFrames(1, "/", *Gzip(body),
                         Literal("content-encoding", "gzip") +
                             Literal("accept-encoding", "gzip")));
  const Http2Response response = client.Read(1);

  EXPECT_EQ(response.headers.at("content-encoding"), "gzip");
  EXPECT_LT(response.body.size(), 10'000);
}

TEST(Http2RequestsTest, AnotherCodingGets415) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/", "b", Literal("content-encoding", "br")));
  const Http2Response response = client.Read(1);
  EXPECT_EQ(response.status(), "415");
  EXPECT_EQ(response.headers.at("accept-encoding"), "gzip");
}

TEST(Http2RequestsTest, TheQuickHandlerAnswersSmallPosts) {
  HttpServer::Options options = LoopbackOptions();
  options.quick_handler =
      [](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path == "/slow") {
      return std::nullopt;
    }
    return HttpResponse{200, "text/plain", std::string(20'000, 'q')};
  };
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());

  client.Send(PostFrames(1, "/", "") + PostFrames(3, "/slow", "") +
              GetFrames(5, "/") +
              PostFrames(7, "/", "", Literal("accept-encoding", "gzip")));

  EXPECT_EQ(client.Read(1).body, std::string(20'000, 'q'));
  EXPECT_EQ(client.Read(3).body, "POST /slow ");
  EXPECT_EQ(client.Read(5).body, "GET / ");
  EXPECT_EQ(client.Read(7).headers.at("content-encoding"), "gzip");
}

TEST(Http2RequestsTest, AHandlerThatThrowsGets500AndTheConnectionContinues) {
  auto server = StartServer([](const HttpRequest& request) {
    if (request.path == "/throw") {
      throw std::runtime_error("broken");
    }
    return Echo(request);
  });
  Http2Client client(server->port());

  client.Send(GetFrames(1, "/throw"));
  const Http2Response response = client.Read(1);
  client.Send(GetFrames(3, "/"));

  EXPECT_EQ(response.status(), "500");
  EXPECT_THAT(response.body, HasSubstr("broken"));
  EXPECT_EQ(client.Read(3).status(), "200");
}

TEST(Http2RequestsTest, TheTrailersOfARequestAreIgnored) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  client.Send(
      HeadersFrame(1, RequestBlock("POST", "/")) +
      Frame(http2_frames::kData, 0, 1, "body") +
      HeadersFrame(1, Literal("x-sum", "1"),
                   http2_frames::kEndHeaders | http2_frames::kEndStream));
  EXPECT_EQ(client.Read(1).body, "POST / body");
}

TEST(Http2RequestsTest, PacketsMaySplitARequestAnywhere) {
  auto server = StartServer(Echo);
  Client raw(server->port());
  Http2Client client(
      [&](char* to, size_t room) { return recv(raw.fd(), to, room, 0); },
      [&](std::string_view bytes) { raw.SendEach(bytes); });

  client.Send(PostFrames(1, "/", "body"));

  EXPECT_EQ(client.Read(1).body, "POST / body");
}

TEST(Http2RequestsTest, BothProtocolsShareAPort) {
  auto server = StartServer(Echo);
  Client http1(server->port());
  Http2Client http2(server->port());

  http1.Send(Post("/", "one"));
  http2.Send(PostFrames(1, "/", "two"));

  EXPECT_EQ(BodyOf(http1.ReadResponse()), "POST / one");
  EXPECT_EQ(http2.Read(1).body, "POST / two");
}

TEST(Http2RequestsTest, AnUpgradeHeaderIsIgnored) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.Send(Get("/",
                  "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                  "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST(Http2RequestsTest, AUnixSocketServesHttp2) {
  SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.port = HttpServer::kNoPort;
  options.unix_socket_path = path.get();
  auto server = StartServer(
      [](const HttpRequest& request) {
        return HttpResponse{200, "text/plain", std::string(request.peer)};
      },
      options);
  Http2Client client(path.get());
  client.Send(GetFrames(1, "/"));
  EXPECT_EQ(client.Read(1).body, "unix:");
}

TEST(Http2RequestsTest, AGrpcCallGetsAStatusThatNamesTheGrpcPort) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  client.Send(
      HeadersFrame(1, http2_frames::GrpcHeaders(
                          "/tensorflow.serving.PredictionService/Predict")) +
      Frame(http2_frames::kData, http2_frames::kEndStream, 1,
            http2_frames::Message("request")));

  const Http2Response response = client.Read(1);

  EXPECT_EQ(response.status(), "200");
  EXPECT_EQ(response.headers.at("content-type"), "application/grpc");
  EXPECT_EQ(response.headers.at("grpc-status"), "12");
  EXPECT_THAT(response.headers.at("grpc-message"), HasSubstr("--port"));
  EXPECT_TRUE(response.ended);
}

TEST(Http2RequestsTest, StopAnswersRequestsAndAnnouncesTheEnd) {
  HandlerGate gate;
  TransportCounters counters;
  HttpServer::Options options = LoopbackOptions();
  options.counters = &counters;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); },
      options);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/first", ""));
  gate.AwaitEntered(1);
  std::thread stop([&] { server->Stop(std::chrono::seconds(60)); });

  client.AwaitGoaway();
  // The client has not seen the first GOAWAY yet.
  client.Send(PostFrames(3, "/second", ""));
  gate.Open();

  EXPECT_EQ(client.Read(1).body, "POST /first ");
  client.AwaitEnd();
  stop.join();
  EXPECT_EQ(client.goaways().front(), 0x7fffffff);
  EXPECT_EQ(counters.open_connections, 0);
}

TEST(Http2RequestsTest, ARequestOnItsWayIsAnsweredThoughTheGateIsClosed) {
  RequestGate gate;
  HttpServer::Options options = LoopbackOptions();
  options.gate = &gate;
  auto server = StartServer(RequirePass, options);
  Http2Client client(server->port());
  client.Send(GetFrames(1, "/"));
  EXPECT_EQ(client.Read(1).status(), "200");
  Client http1(server->port());
  http1.Send(Get("/"));
  EXPECT_THAT(http1.ReadResponse(), StartsWith("HTTP/1.1 200 "));

  server->BeginStop();
  gate.Close();
  client.Send(GetFrames(3, "/"));
  http1.Send(Get("/"));

  EXPECT_EQ(client.Read(3).status(), "200");
  EXPECT_THAT(http1.ReadResponse(), StartsWith("HTTP/1.1 503 "));
  client.AwaitEnd();
  EXPECT_EQ(client.goaways().front(), 0x7fffffff);
  Http2Client late(server->port());
  late.Send(GetFrames(1, "/"));
  EXPECT_EQ(late.Read(1).status(), "503");
}

TEST(Http2RequestsTest, AResponseThatClosesEndsTheConnectionAfterIt) {
  auto server = StartServer([](const HttpRequest& request) {
    HttpResponse response = Echo(request);
    response.close = true;
    return response;
  });
  Http2Client client(server->port());
  client.Send(GetFrames(1, "/"));
  EXPECT_EQ(client.Read(1).body, "GET / ");
  client.AwaitEnd();
  EXPECT_TRUE(client.has_goaway());
}

TEST(Http2RequestsTest, ARequestIsInTheGateUntilItIsAnswered) {
  HandlerGate handler;
  RequestGate requests;
  HttpServer::Options options = LoopbackOptions();
  options.gate = &requests;
  auto server = StartServer(
      [&](const HttpRequest& request) { return handler.Handle(request); },
      options);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/", ""));
  handler.AwaitEntered(1);
  // The first bytes of the connection count as a request until they are found
  // to be HTTP/2.
  while (requests.size() > 1) {
    std::this_thread::yield();
  }
  EXPECT_EQ(requests.size(), 1);
  handler.Open();
  EXPECT_EQ(client.Read(1).status(), "200");
  while (requests.size() > 0) {
    std::this_thread::yield();
  }
}

// On a connection that has the loop for itself.
TEST(Http2RequestsTest, TheFirstOfManyResponsesDoesNotWaitForTheLast) {
  HttpServer::Options options = LoopbackOptions();
  std::promise<void> has_first;
  options.quick_handler =
      [&](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.path == "/last") {
      has_first.get_future().wait();
    }
    return Echo(request);
  };
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/", "body"));
  EXPECT_EQ(client.Read(1).status(), "200");

  std::string frames;
  uint32_t stream = 3;
  for (; frames.size() < 4 << 10; stream += 2) {
    frames += PostFrames(stream, "/", "body");
  }
  client.Send(frames + PostFrames(stream, "/last", "body"));
  EXPECT_EQ(client.Read(3).status(), "200");
  has_first.set_value();

  EXPECT_EQ(client.Read(stream).body, "POST /last body");
}

// Of a connection that was accepted after BeginStop.
TEST(Http2RequestsTest, ARequestThatBeganBeforeTheGateClosedIsAnswered) {
  RequestGate gate;
  HttpServer::Options options = LoopbackOptions();
  options.gate = &gate;
  auto server = StartServer(RequirePass, options);
  Http2Client client(server->port());
  client.Send(HeadersFrame(1, RequestBlock("POST", "/")) + GetFrames(3, "/"));
  EXPECT_EQ(client.Read(3).status(), "200");

  gate.Close();
  client.Send(GetFrames(5, "/"));
  EXPECT_EQ(client.Read(5).status(), "503");
  EXPECT_FALSE(gate.WaitUntilEmpty(std::chrono::milliseconds(1)));
  SendBody(client, 1, "body");

  EXPECT_EQ(client.Read(1).status(), "200");
  EXPECT_TRUE(gate.WaitUntilEmpty(std::chrono::minutes(1)));
}

TEST(Http2RequestsTest, ARefusedRequestLeavesTheGateBeforeItsRestArrives) {
  RequestGate gate;
  HttpServer::Options options = LoopbackOptions();
  options.gate = &gate;
  options.max_body_bytes = 10;
  options.request_timeout = std::chrono::hours(1);
  auto server = StartServer(RequirePass, options);
  Http2Client client(server->port());
  client.Send(HeadersFrame(
      1, RequestBlock("POST", "/", Literal("content-length", "11"))));
  EXPECT_EQ(client.Read(1).status(), "413");
  client.Send(HeadersFrame(
      3,
      RequestBlock("POST", "/", Literal("content-type", "application/grpc"))));
  EXPECT_EQ(client.Read(3).headers.at("grpc-status"), "12");
  gate.Close();
  EXPECT_TRUE(gate.WaitUntilEmpty(std::chrono::seconds(20)));
}

}  // namespace
}  // namespace tfs3::net
