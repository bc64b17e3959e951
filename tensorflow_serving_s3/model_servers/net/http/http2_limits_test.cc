// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// What HttpServer refuses over HTTP/2.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"

namespace tfs3::net {
namespace {

using http2_frames::Frame;
using http2_frames::HeadersFrame;
using http2_frames::Literal;
using ::testing::HasSubstr;

constexpr uint8_t kEndOfRequest =
    http2_frames::kEndHeaders | http2_frames::kEndStream;

// Returns a block of request headers of which each may be missing.
std::string Block(const std::vector<std::pair<std::string, std::string>>& all) {
  std::string block;
  for (const auto& [name, value] : all) {
    block += Literal(name, value);
  }
  return block;
}

TEST(Http2LimitsTest, InvalidTargetsAndHostsGet400) {
  std::atomic<int> handled{0};
  auto server = StartServer([&](const HttpRequest&) {
    ++handled;
    return HttpResponse();
  });
  for (const auto& headers :
       std::vector<std::vector<std::pair<std::string, std::string>>>{
           // Another host, or none.
           {{":method", "GET"},
            {":scheme", "http"},
            {":path", "/"},
            {":authority", "a"},
            {"host", "b"}},
           {{":method", "GET"},
            {":scheme", "http"},
            {":path", "/"},
            {":authority", "a/b"}},
           {{":method", "GET"},
            {":scheme", "http"},
            {":path", "/"},
            {"host", "a b"}},
           // Another protocol.
           {{":method", "GET"},
            {":scheme", "ftp"},
            {":path", "/"},
            {":authority", "a"}},
           // A tunnel.
           {{":method", "CONNECT"}, {":authority", "a:443"}},
       }) {
    Http2Client client(server->port());
    client.Send(HeadersFrame(1, Block(headers), kEndOfRequest));
    const Http2Response response = client.Read(1);
    if (response.reset == Http2Response::kNotReset) {
      EXPECT_EQ(response.status(), "400") << Block(headers);
    }
    // Other requests of the connection are answered.
    client.Send(GetFrames(3, "/"));
    EXPECT_EQ(client.Read(3).status(), "200") << Block(headers);
  }
  EXPECT_EQ(handled, 5);
}

TEST(Http2LimitsTest, MalformedRequestsAreReset) {
  std::atomic<int> handled{0};
  auto server = StartServer([&](const HttpRequest&) {
    ++handled;
    return HttpResponse();
  });
  for (const std::string& frames :
       {// Headers of a connection.
        HeadersFrame(1,
                     RequestBlock("GET", "/", Literal("connection", "close")),
                     kEndOfRequest),
        HeadersFrame(
            1,
            RequestBlock("GET", "/", Literal("transfer-encoding", "chunked")),
            kEndOfRequest),
        // No path, no host, two hosts, an upper case name.
        HeadersFrame(
            1,
            Block(
                {{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}}),
            kEndOfRequest),
        HeadersFrame(
            1, Block({{":method", "GET"}, {":scheme", "http"}, {":path", "/"}}),
            kEndOfRequest),
        HeadersFrame(
            1,
            RequestBlock("GET", "/",
                         Literal("host", "localhost") + Literal("host", "b")),
            kEndOfRequest),
        HeadersFrame(1, RequestBlock("GET", "/", Literal("Host", "localhost")),
                     kEndOfRequest),
        // More and less bytes than Content-Length.
        PostFrames(1, "/", "body", Literal("content-length", "3")),
        PostFrames(1, "/", "body", Literal("content-length", "5"))}) {
    Http2Client client(server->port());
    client.Send(frames);
    EXPECT_NE(client.Read(1).reset, Http2Response::kNotReset);
  }
  EXPECT_EQ(handled, 0);
}

TEST(Http2LimitsTest, ABodyAboveTheLimitGets413) {
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 10;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());

  client.Send(HeadersFrame(
      1, RequestBlock("POST", "/", Literal("content-length", "11"))));
  const Http2Response announced = client.Read(1);
  client.Send(PostFrames(3, "/", "0123456789x"));
  const Http2Response sent = client.Read(3);
  client.Send(PostFrames(5, "/", "0123456789"));

  EXPECT_EQ(announced.status(), "413");
  EXPECT_THAT(announced.body, HasSubstr("--rest_api_max_body_bytes"));
  EXPECT_EQ(sent.status(), "413");
  EXPECT_EQ(client.Read(5).status(), "200");
}

TEST(Http2LimitsTest, ARefusedBodyIsReadToItsEnd) {
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 10;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  client.Send(HeadersFrame(1, RequestBlock("POST", "/")) +
              Frame(http2_frames::kData, 0, 1, std::string(1000, 'b')));
  EXPECT_EQ(client.Read(1).status(), "413");

  for (int i = 0; i < 100; ++i) {
    client.Send(Frame(http2_frames::kData, 0, 1, std::string(10'000, 'b')));
    client.Send(GetFrames(2 * i + 3, "/"));
    EXPECT_EQ(client.Read(2 * i + 3).status(), "200");
  }
  client.Send(Frame(http2_frames::kData, http2_frames::kEndStream, 1, "b"));
  client.Send(GetFrames(1001, "/"));
  EXPECT_EQ(client.Read(1001).status(), "200");
  EXPECT_EQ(client.Read(1).reset, Http2Response::kNotReset);
}

TEST(Http2LimitsTest, TheRestOfAGrpcCallIsReadToItsEnd) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  client.Send(HeadersFrame(
      1, RequestBlock("POST", "/a/b",
                      Literal("content-type", "application/grpc"))));
  EXPECT_EQ(client.Read(1).headers.at("grpc-status"), "12");

  for (int i = 0; i < 100; ++i) {
    client.Send(Frame(http2_frames::kData, 0, 1, std::string(10'000, 'b')));
  }
  client.Send(Frame(http2_frames::kData, http2_frames::kEndStream, 1, "b"));
  client.Send(GetFrames(3, "/"));

  EXPECT_EQ(client.Read(3).status(), "200");
  EXPECT_EQ(client.reset_of(1), Http2Response::kNotReset);
}

TEST(Http2LimitsTest, StopDoesNotWaitForARefusedBody) {
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 10;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  client.Send(HeadersFrame(1, RequestBlock("POST", "/")) +
              Frame(http2_frames::kData, 0, 1, std::string(1000, 'b')));
  EXPECT_EQ(client.Read(1).status(), "413");
  std::thread stop([&] { server->Stop(std::chrono::seconds(600)); });
  client.AwaitEnd();
  stop.join();
}

TEST(Http2LimitsTest, HeadersAboveTheLimitGet431) {
  HttpServer::Options options = LoopbackOptions();
  options.max_header_bytes = 1000;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());

  client.Send(GetFrames(1, "/", Literal("x", std::string(1000, 'v'))));
  const Http2Response response = client.Read(1);
  client.Send(GetFrames(3, "/"));

  EXPECT_EQ(response.status(), "431");
  EXPECT_THAT(response.body, HasSubstr("--rest_api_max_header_bytes"));
  EXPECT_EQ(client.Read(3).status(), "200");
}

TEST(Http2LimitsTest, ABodyThatDoesNotArriveInTimeGets408) {
  HttpServer::Options options = LoopbackOptions();
  options.request_timeout = std::chrono::milliseconds(200);
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());

  client.Send(HeadersFrame(1, RequestBlock("POST", "/")) +
              Frame(http2_frames::kData, 0, 1, "b"));

  EXPECT_EQ(client.Read(1).status(), "408");
}

TEST(Http2LimitsTest, AnIdleConnectionIsClosed) {
  HttpServer::Options options = LoopbackOptions();
  options.idle_timeout = std::chrono::milliseconds(200);
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  client.Send(GetFrames(1, "/"));
  EXPECT_EQ(client.Read(1).status(), "200");
  client.AwaitEnd();
  EXPECT_TRUE(client.has_goaway());
}

TEST(Http2LimitsTest, ABodyAboveTheMemoryBudgetGets503) {
  RequestMemory memory(100'000);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  client.Send(HeadersFrame(1, RequestBlock("POST", "/")));
  for (int i = 0; i < 15; ++i) {
    client.Send(Frame(http2_frames::kData, 0, 1, std::string(10'000, 'b')));
  }

  const Http2Response response = client.Read(1);

  EXPECT_EQ(response.status(), "503");
  EXPECT_EQ(response.headers.at("retry-after"), "1");
  EXPECT_THAT(response.body, HasSubstr("--request_memory_mib"));
  server->Stop(std::chrono::seconds(60));
  EXPECT_EQ(memory.used(), 0);
}

TEST(Http2LimitsTest, AnAnnouncedBodyTakesNoMemoryBeforeItArrives) {
  RequestMemory memory(int64_t{1} << 30);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  for (uint32_t stream = 1; stream < 201; stream += 2) {
    client.Send(HeadersFrame(
        stream,
        RequestBlock("POST", "/", Literal("content-length", "100000000"))));
  }
  client.Send(GetFrames(201, "/"));
  EXPECT_EQ(client.Read(201).status(), "200");
  EXPECT_LT(memory.used(), 200'000);
}

TEST(Http2LimitsTest, UploadsThatStopDoNotHoldBackTheNextOne) {
  auto server = StartServer(Echo);
  Http2Client client(server->port());
  constexpr uint32_t kLast = 41;
  for (uint32_t stream = 1; stream <= kLast; stream += 2) {
    client.Send(HeadersFrame(
                    stream, RequestBlock("POST", "/",
                                         Literal("content-length", "600000"))) +
                Frame(http2_frames::kData, 0, stream, "the begin"));
  }
  // Sends nothing more: not even the first uploads of the connection end.
  while (client.window_updates(kLast) < 500'000) {
    ASSERT_TRUE(client.ReadMore());
  }
}

TEST(Http2LimitsTest, TheMemoryOfARequestIsFreedWhenItIsCancelled) {
  RequestMemory memory(int64_t{1} << 30);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  Http2Client client(server->port());
  client.Send(HeadersFrame(1, RequestBlock("POST", "/")) +
              Frame(http2_frames::kData, 0, 1, std::string(10'000, 'b')) +
              GetFrames(3, "/"));
  EXPECT_EQ(client.Read(3).status(), "200");
  EXPECT_GT(memory.used(), 10'000);

  client.Cancel(1);

  while (memory.used() > 0) {
    std::this_thread::yield();
  }
}

TEST(Http2LimitsTest, ARequestAboveTheQueueLimitGets429) {
  HandlerGate gate;
  RequestGate requests;
  TransportCounters counters;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.max_waiting = 1;
  options.gate = &requests;
  options.counters = &counters;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); },
      options);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/running", ""));
  gate.AwaitEntered(1);
  client.Send(PostFrames(3, "/waiting", ""));
  while (requests.size() < 2) {
    std::this_thread::yield();
  }

  client.Send(PostFrames(5, "/refused", ""));
  const Http2Response refused = client.Read(5);

  EXPECT_EQ(refused.status(), "429");
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(counters.refused_by_queue, 1);
  gate.Open();
  EXPECT_EQ(client.Read(1).status(), "200");
  EXPECT_EQ(client.Read(3).status(), "200");
}

TEST(Http2LimitsTest, GetDoesNotWaitForOtherRequests) {
  HandlerGate gate;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  auto server = StartServer(
      [&](const HttpRequest& request) {
        return request.method == "GET" ? Echo(request) : gate.Handle(request);
      },
      options);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/", ""));
  gate.AwaitEntered(1);
  client.Send(GetFrames(3, "/probe"));
  EXPECT_EQ(client.Read(3).body, "GET /probe ");
  gate.Open();
}

TEST(Http2LimitsTest, ACancelledRequestIsNotHandledAndIsReported) {
  HandlerGate gate;
  std::mutex mutex;
  std::vector<std::string> refusals;
  std::atomic<int> handled{0};
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.on_refusal = [&](const HttpRefusal& refusal) {
    const std::lock_guard<std::mutex> lock(mutex);
    refusals.push_back(
        absl::StrCat(refusal.status, " ", refusal.method, " ", refusal.target));
  };
  auto server = StartServer(
      [&](const HttpRequest& request) {
        if (request.method == "GET") {
          return Echo(request);
        }
        ++handled;
        return gate.Handle(request);
      },
      options);
  Http2Client client(server->port());
  client.Send(PostFrames(1, "/running", ""));
  gate.AwaitEntered(1);
  client.Send(PostFrames(3, "/cancelled", ""));
  client.Cancel(3);
  // Its response shows that the server knows of the cancellation.
  client.Send(GetFrames(5, "/"));
  EXPECT_EQ(client.Read(5).status(), "200");
  client.Send(PostFrames(7, "/last", ""));
  gate.Open();

  EXPECT_EQ(client.Read(7).status(), "200");
  EXPECT_EQ(client.Read(1).status(), "200");
  EXPECT_EQ(handled, 2);
  const std::lock_guard<std::mutex> lock(mutex);
  EXPECT_THAT(refusals, testing::ElementsAre("499 POST /cancelled"));
}

}  // namespace
}  // namespace tfs3::net
