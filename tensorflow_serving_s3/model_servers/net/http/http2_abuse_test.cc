// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Clients of HTTP/2 that are slow, too many or hostile.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
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
using ::testing::AnyOf;
using ::testing::HasSubstr;

TEST(Http2AbuseTest, HeadersThatDoNotArriveInTimeEndTheConnection) {
  HttpServer::Options options = LoopbackOptions();
  options.request_timeout = std::chrono::milliseconds(200);
  auto server = StartServer(Echo, options);
  Client client(server->port());

  client.Send(http2_frames::kPreface +
              Frame(http2_frames::kSettings, 0, 0, "") +
              HeadersFrame(1, RequestBlock("GET", "/"), /*flags=*/0));

  EXPECT_THAT(client.ReadAll(), HasSubstr("a frame did not arrive in time"));
}

TEST(Http2AbuseTest, APrefaceThatDoesNotArriveInTimeEndsTheConnection) {
  HttpServer::Options options = LoopbackOptions();
  options.request_timeout = std::chrono::milliseconds(200);
  auto server = StartServer(Echo, options);
  Client client(server->port());
  client.Send(http2_frames::kPreface.substr(0, 10));
  client.ReadAll();
}

TEST(Http2AbuseTest, AClientThatDisconnectsDuringItsRequestIsHarmless) {
  HandlerGate gate;
  RequestGate requests;
  HttpServer::Options options = LoopbackOptions();
  options.gate = &requests;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); },
      options);
  {
    Http2Client client(server->port());
    client.Send(PostFrames(1, "/", ""));
    gate.AwaitEntered(1);
  }
  gate.Open();
  while (requests.size() > 0) {
    std::this_thread::yield();
  }
  Http2Client next(server->port());
  next.Send(GetFrames(1, "/"));
  EXPECT_EQ(next.Read(1).status(), "200");
}

TEST(Http2AbuseTest, AFullServerAnswersGetAndRefusesPost) {
  HandlerGate gate;
  HttpServer::Options options = LoopbackOptions();
  options.max_connections = 1;
  auto server = StartServer(
      [&](const HttpRequest& request) {
        return request.method == "GET" ? Echo(request) : gate.Handle(request);
      },
      options);
  Http2Client busy(server->port());
  busy.Send(PostFrames(1, "/", ""));
  gate.AwaitEntered(1);

  Http2Client probe(server->port());
  probe.Send(GetFrames(1, "/probe"));
  Http2Client refused(server->port());
  refused.Send(PostFrames(1, "/", ""));

  EXPECT_EQ(probe.Read(1).body, "GET /probe ");
  probe.AwaitEnd();  // It is above the limit.
  const Http2Response response = refused.Read(1);
  EXPECT_EQ(response.status(), "503");
  EXPECT_THAT(response.body, HasSubstr("--rest_api_max_connections"));
  gate.Open();
  EXPECT_EQ(busy.Read(1).status(), "200");
}

TEST(Http2AbuseTest, AnIdleConnectionMakesRoomForANewOne) {
  TransportCounters counters;
  HttpServer::Options options = LoopbackOptions();
  options.max_connections = 1;
  options.counters = &counters;
  auto server = StartServer(Echo, options);
  Http2Client unused(server->port());
  unused.Send(Frame(http2_frames::kPing, 0, 0, "01234567"));

  Http2Client client(server->port());
  client.Send(PostFrames(1, "/", ""));

  EXPECT_EQ(client.Read(1).status(), "200");
  unused.AwaitEnd();
  EXPECT_EQ(counters.evicted_connections, 1);
}

TEST(Http2AbuseTest, AProtocolErrorEndsAConnectionThatEndsAnyway) {
  HttpServer::Options options = LoopbackOptions();
  // Answers before the server reads the frame of the error.
  options.quick_handler =
      [](const HttpRequest& request) -> std::optional<HttpResponse> {
    HttpResponse response = Echo(request);
    response.close = true;
    return response;
  };
  auto server = StartServer(Echo, options);
  // The client has 2 s to answer the announcement of the end. Several attempts:
  // one may take longer on a busy machine.
  constexpr auto kWait = std::chrono::seconds(2);
  auto fastest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 10 && fastest >= kWait; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    Http2Client client(server->port());
    client.Send(PostFrames(1, "/", "") +
                http2_frames::ResetFrame(/*stream=*/99));
    client.AwaitEnd();
    EXPECT_THAT(client.goaway_text(), HasSubstr("idle"));
    fastest = std::min(fastest, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(fastest, kWait);
}

TEST(Http2AbuseTest, RapidResetsEndTheConnection) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  for (uint32_t stream = 1; stream < 40'000; stream += 2) {
    client.Send(HeadersFrame(stream, RequestBlock("POST", "/")) +
                http2_frames::ResetFrame(stream));
  }
  client.AwaitEnd();
  EXPECT_THAT(client.goaway_text(), AnyOf("", HasSubstr("cancelled")));
}

TEST(Http2AbuseTest, ManyPingsAreAnswered) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  for (int i = 0; i < 100; ++i) {
    client.Send(Frame(http2_frames::kPing, 0, 0, "01234567"));
  }
  client.Send(GetFrames(1, "/"));
  EXPECT_EQ(client.Read(1).status(), "200");
}

TEST(Http2AbuseTest, AFloodOfPingsEndsTheConnection) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  std::string pings;
  for (int i = 0; i < 1000; ++i) {
    pings += Frame(http2_frames::kPing, 0, 0, "01234567");
  }
  for (int i = 0; i < 100; ++i) {
    client.Send(pings);
  }
  client.AwaitEnd();
}

TEST(Http2AbuseTest, AnEndlessHeaderBlockEndsTheConnection) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  client.Send(HeadersFrame(1, RequestBlock("GET", "/"), /*flags=*/0));
  const std::string more = Frame(http2_frames::kContinuation, 0, 1,
                                 Literal("x", std::string(10'000, 'v')));
  for (int i = 0; i < 100; ++i) {
    client.Send(more);
  }
  client.AwaitEnd();
}

}  // namespace
}  // namespace tfs3::net
