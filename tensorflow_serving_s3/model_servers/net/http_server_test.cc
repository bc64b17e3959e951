// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/net/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::rest {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Answers with what it was asked.
HttpResponse Echo(const HttpRequest& request) {
  return {200, "text/plain",
          absl::StrCat(request.method, " ", request.path, " ",
                       request.body->view())};
}

HttpServer::Options LoopbackOptions() {
  HttpServer::Options options;
  options.address = "127.0.0.1";
  options.num_threads = 2;
  return options;
}

std::unique_ptr<HttpServer> StartServer(
    HttpServer::Handler handler,
    HttpServer::Options options = LoopbackOptions()) {
  absl::StatusOr<std::unique_ptr<HttpServer>> server =
      HttpServer::Start(options, std::move(handler));
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

// Blocks handlers until the test lets them go.
class Gate {
 public:
  HttpResponse Handle(const HttpRequest& request) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++entered_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return Echo(request);
  }

  void AwaitEntered(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return entered_ >= count; });
  }

  void Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int entered_ = 0;
  bool open_ = false;
};

// --- Requests and answers ---

TEST(HttpServerTest, AnswersWithWhatTheHandlerReturns) {
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

TEST(HttpServerTest, BodyHasZeroedPaddingBehindIt) {
  auto server = StartServer([](const HttpRequest& request) {
    const PaddedBuffer& body = *request.body;
    bool zeros = true;
    for (size_t i = 0; i < PaddedBuffer::kPadding; ++i)
      zeros = zeros && body.data()[body.size() + i] == 0;
    return HttpResponse{
        200, "text/plain",
        absl::StrCat(body.size(), zeros ? " zeros" : " garbage")};
  });
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
  for (int i = 0; i < 50; ++i)
    requests +=
        i % 2 ? Get(absl::StrCat("/", i)) : Post(absl::StrCat("/", i), "body");
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

TEST(HttpServerTest, ExpectedContinueIsSentBeforeTheBodyIsRead) {
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

TEST(HttpServerTest, AClientThatFinishesSendingIsStillAnswered) {
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
  auto server = StartServer([](const HttpRequest&) {
    return HttpResponse{204, "", ""};
  });
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 204 No Content\r\n"),
                    Not(HasSubstr("Content-"))));
}

TEST(HttpServerTest, AHandlerThatThrowsIsAnsweredWith500AndTheServerGoesOn) {
  auto server = StartServer([](const HttpRequest& request) -> HttpResponse {
    if (request.path == "/throw") throw std::runtime_error("a \"fault\"");
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

// --- What is refused ---

TEST(HttpServerTest, WhatIsNoHttpGets400) {
  auto server = StartServer(Echo);
  for (const char* bytes : {
           "nonsense\r\n\r\n",
           "GET\r\n\r\n",
           "GET / HTTP/9.9\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: "
           "2\r\n\r\nab",
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "
           "3\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
           "chunked\r\n\r\nzz\r\n",
           "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
       }) {
    Client client(server->port());
    client.Send(bytes);
    client.FinishSending();
    const std::string response = client.ReadAll();
    EXPECT_THAT(
        response,
        AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"),
              HasSubstr("application/json"), HasSubstr("Connection: close"),
              HasSubstr("{\"error\": \"Malformed HTTP request")))
        << bytes;
  }
}

TEST(HttpServerTest, HeadsThatOtherProgramsMayReadDifferentlyGet400) {
  auto server = StartServer(Echo);
  const struct {
    const char* head;
    const char* message;
  } kCases[] = {
      {"GET / HTTP/1.1\r\n\r\n", "no Host header"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "several Host headers"},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", "continued"},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n\tb\r\n\r\n", "continued"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, "
       "chunked\r\n\r\n0\r\n\r\n",
       "Transfer-Encoding"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
       "identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "Transfer-Encoding"},
      {"GET http://evil?/v1/models/half HTTP/1.1\r\nHost: h\r\n\r\n",
       "request target"},
      {"GET v1/models HTTP/1.1\r\nHost: h\r\n\r\n", "request target"},
      {"GET http://evil/v1/models HTTP/1.1\r\nHost: h\r\n\r\n", "another host"},
      {"GET / HTTP/1.1\r\nHost: user@h\r\n\r\n", "Host header"},
      {"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.0"},
  };
  for (const auto& test : kCases) {
    Client client(server->port());
    client.Send(test.head);
    EXPECT_THAT(client.ReadResponse(),
                AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr(test.message)))
        << test.head;
  }
}

TEST(HttpServerTest, Http10NeedsNoHostHeader) {
  auto server = StartServer(Echo);
  Client client(server->port());
  client.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, ABodyBeyondTheLimitGets413) {
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 1000;
  auto server = StartServer(Echo, options);
  Client fits(server->port());
  fits.Send(Post("/", std::string(1000, 'x')));
  EXPECT_THAT(fits.ReadResponse(), StartsWith("HTTP/1.1 200 OK"));

  // The client sees the answer although it has sent far more than the server
  // has read.
  Client sized(server->port());
  sized.Send(Post("/", std::string(8 << 20, 'x')));
  sized.FinishSending();
  EXPECT_THAT(sized.ReadAll(),
              AllOf(StartsWith("HTTP/1.1 413 Payload Too Large\r\n"),
                    HasSubstr("limit of 1000 bytes")));

  Client chunked(server->port());
  chunked.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n400\r\n" +
      std::string(1024, 'x') + "\r\n0\r\n\r\n");
  chunked.FinishSending();
  EXPECT_THAT(chunked.ReadAll(), StartsWith("HTTP/1.1 413 "));

  Client polite(server->port());
  polite.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_THAT(polite.ReadResponse(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServerTest, AHeaderBeyondTheLimitGets431) {
  HttpServer::Options options = LoopbackOptions();
  options.max_header_bytes = 2000;
  auto server = StartServer(Echo, options);
  Client fits(server->port());
  fits.Send(Get("/", absl::StrCat("X: ", std::string(1500, 'x'), "\r\n")));
  EXPECT_THAT(fits.ReadResponse(), StartsWith("HTTP/1.1 200 OK"));
  for (const std::string& bytes : {
           Get("/", absl::StrCat("X: ", std::string(1 << 20, 'x'), "\r\n")),
           Get(absl::StrCat("/", std::string(1 << 20, 'x'))),
           std::string(1 << 20, 'x'),
           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
           "chunked\r\n\r\n0\r\nX: " +
               std::string(1 << 20, 'x'),
       }) {
    Client client(server->port());
    client.Send(bytes);
    client.FinishSending();
    EXPECT_THAT(client.ReadAll(),
                StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"))
        << bytes.substr(0, 60);
  }
}

TEST(HttpServerTest, ARequestThatDoesNotArriveInTimeGets408) {
  HttpServer::Options options = LoopbackOptions();
  options.request_timeout = std::chrono::milliseconds(50);
  auto server = StartServer(Echo, options);
  for (const char* part :
       {"G", "GET / HTTP/1.1\r\nHost:",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n"}) {
    Client client(server->port());
    client.Send(part);
    EXPECT_THAT(client.ReadResponse(),
                AllOf(StartsWith("HTTP/1.1 408 Request Timeout\r\n"),
                      HasSubstr("{\"error\": ")))
        << part;
  }
}

TEST(HttpServerTest, ABodyThatStopsArrivingGets408HoweverFastItWasBefore) {
  HttpServer::Options options = LoopbackOptions();
  options.request_timeout = std::chrono::milliseconds(200);
  auto server = StartServer(Echo, options);
  const std::string most(64 << 20, 'x');
  for (const char* coding : {"Content-Length: 67108865\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\n4000001\r\n"}) {
    Client client(server->port());
    client.Send(absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\n", coding, most));
    EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 408 ")) << coding;
  }
}

TEST(HttpServerTest, ABodyBeyondTheMemoryBudgetGets503AndTheBytesReturn) {
  RequestMemory memory(1 << 20);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  const std::string large(2 << 20, 'x');
  for (const std::string& request :
       {Post("/", large),
        absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                     "chunked\r\n\r\n200000\r\n",
                     large, "\r\n0\r\n\r\n")}) {
    Client client(server->port());
    client.Send(request);
    client.FinishSending();
    EXPECT_THAT(client.ReadAll(),
                AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1"),
                      HasSubstr("--request_memory_mib")));
  }
  Client fits(server->port());
  fits.Send(Post("/", std::string(1000, 'x')));
  EXPECT_THAT(fits.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  server->Stop(std::chrono::seconds(60));
  EXPECT_EQ(memory.used(), 0);
  EXPECT_EQ(memory.num_refused(), 2);
}

TEST(HttpServerTest, ABodyThatInflatesBeyondTheMemoryBudgetGets503) {
  RequestMemory memory(1 << 20);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  Client client(server->port());
  client.Send(Post("/", *Gzip(std::string(4 << 20, '0')),
                   "Content-Encoding: gzip\r\n"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
}

TEST(HttpServerTest, AHandlerThatRunsOutOfMemoryIsAnsweredWith503) {
  auto server = StartServer(
      [](const HttpRequest&) -> HttpResponse { throw std::bad_alloc(); });
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
}

TEST(HttpServerTest, RequestsBeyondThoseThatMayWaitGet429) {
  Gate gate;
  RequestGate requests;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.max_waiting = 1;
  options.gate = &requests;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); },
      options);
  Client running(server->port());
  running.Send(Post("/running", ""));
  gate.AwaitEntered(1);
  Client waiting(server->port());
  waiting.Send(Post("/waiting", ""));
  while (requests.size() < 2) std::this_thread::yield();

  Client refused(server->port());
  refused.Send(Post("/refused", ""));

  EXPECT_THAT(refused.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 429 "), HasSubstr("Retry-After: 1"),
                    HasSubstr("--max_waiting_requests"),
                    HasSubstr("Connection: keep-alive")));
  gate.Open();
  EXPECT_THAT(running.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(waiting.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, ReadingRequestsDoNotWaitBehindOthers) {
  Gate gate;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.max_waiting = 1;
  auto server = StartServer(
      [&](const HttpRequest& request) {
        return request.method == "POST" ? gate.Handle(request) : Echo(request);
      },
      options);
  Client busy(server->port());
  busy.Send(Post("/busy", ""));
  gate.AwaitEntered(1);

  Client probe(server->port());
  probe.Send(Get("/livez"));

  EXPECT_EQ(BodyOf(probe.ReadResponse()), "GET /livez ");
  gate.Open();
  EXPECT_THAT(busy.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, ARequestWhoseClientHasGoneIsNotComputed) {
  Gate gate;
  std::atomic<int> handled{0};
  std::promise<int> refusal;
  RequestGate requests;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.gate = &requests;
  options.on_refusal = [&](const HttpRefusal& told) {
    refusal.set_value(told.status);
  };
  auto server = StartServer(
      [&](const HttpRequest& request) {
        ++handled;
        return gate.Handle(request);
      },
      options);
  Client busy(server->port());
  busy.Send(Post("/busy", ""));
  gate.AwaitEntered(1);
  {
    Client gone(server->port());
    gone.Send(Post("/gone", ""));
    while (requests.size() < 2) std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  gate.Open();

  EXPECT_EQ(refusal.get_future().get(), 499);
  EXPECT_THAT(busy.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(handled, 1);
}

TEST(HttpServerTest, TellsOfRequestsThatTheHandlerDoesNotSee) {
  std::mutex mutex;
  std::vector<std::string> told;
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 100;
  options.max_header_bytes = 1000;
  options.request_timeout = std::chrono::milliseconds(50);
  options.on_refusal = [&](const HttpRefusal& refusal) {
    EXPECT_THAT(refusal.peer, StartsWith("ipv4:127.0.0.1:"));
    EXPECT_GE(refusal.duration.count(), 0);
    std::lock_guard<std::mutex> lock(mutex);
    told.push_back(absl::StrCat(refusal.status, " ", refusal.method, " ",
                                refusal.target, ": ", refusal.message));
  };
  auto server = StartServer(Echo, options);
  for (const std::string& bytes :
       {Get("/good"), std::string("no HTTP at all\r\n\r\n"),
        Get("/", absl::StrCat("X: ", std::string(2000, 'x'), "\r\n")),
        Post("/large", std::string(101, 'x')),
        std::string(
            "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"),
        std::string(
            "POST /zip HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\n"
            "Content-Length: 3\r\nConnection: close\r\n\r\nabc")}) {
    Client client(server->port());
    client.Send(bytes);
    EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 "));
  }
  std::lock_guard<std::mutex> lock(mutex);
  EXPECT_THAT(
      told,
      ElementsAre(StartsWith("400  : Malformed HTTP request: "),
                  StartsWith("431 GET /: The request's headers are larger"),
                  StartsWith("413 POST /large: The request's body is larger"),
                  StartsWith("408 POST /slow: The request did not arrive"),
                  StartsWith("400 POST /zip: The request's body is not "
                             "valid gzip")));
}

TEST(HttpServerTest, AnIdleConnectionIsClosedWithoutAWord) {
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

TEST(HttpServerTest, SlowClientsHoldNoThread) {
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

// Fills a server of two connections, both of which have just been served.
std::vector<std::unique_ptr<Client>> FillTwoConnections(int port) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<Client>(port));
    clients.back()->Send(Get("/"));
    EXPECT_EQ(BodyOf(clients.back()->ReadResponse()), "GET / ");
  }
  return clients;
}

HttpServer::Options TwoConnections() {
  HttpServer::Options options = LoopbackOptions();
  options.max_connections = 2;
  return options;
}

TEST(HttpServerTest, AFullServerAnswersReadingRequestsAndRefusesOthers) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnections();
  options.counters = &counters;
  // Handlers that wait keep both connections from being idle.
  std::promise<void> release;
  auto server = StartServer(
      [released = release.get_future().share()](const HttpRequest& request) {
        if (request.path == "/wait") released.wait();
        return Echo(request);
      },
      options);
  Client first(server->port());
  Client second(server->port());
  first.Send(Post("/wait", ""));
  second.Send(Post("/wait", ""));
  while (counters.open_connections < 2) std::this_thread::yield();

  Client probe(server->port());
  probe.Send(Get("/probe"));
  const std::string answer = probe.ReadResponse();
  EXPECT_EQ(BodyOf(answer), "GET /probe ");
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  Client other(server->port());
  other.Send(Post("/other", "body"));
  const std::string refusal = other.ReadResponse();

  EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refusal, HasSubstr("--rest_api_max_connections"));
  release.set_value();
  EXPECT_EQ(BodyOf(first.ReadResponse()), "POST /wait ");
  EXPECT_EQ(BodyOf(second.ReadResponse()), "POST /wait ");
}

TEST(HttpServerTest, AFloodOfSilentConnectionsKeepsNobodyOut) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnections();
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

TEST(HttpServerTest, AFullServerAnswersProbesBesideAFlood) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnections();
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

TEST(HttpServerTest, AnIdleConnectionMakesRoomForANewOne) {
  TransportCounters counters;
  HttpServer::Options options = TwoConnections();
  options.counters = &counters;
  auto server = StartServer(Echo, options);
  const auto idle = FillTwoConnections(server->port());

  // Within the first second the connections are not idle yet.
  std::string answer;
  do {
    Client client(server->port());
    client.Send(Post("/new", "body"));
    answer = client.ReadResponse();
  } while (answer.rfind("HTTP/1.1 503 ", 0) == 0);

  EXPECT_EQ(BodyOf(answer), "POST /new body");
  EXPECT_GE(counters.evicted_connections, 1);
}

// --- Compression ---

TEST(HttpServerTest, ABodyInGzipIsInflated) {
  auto server = StartServer(Echo);
  Client client(server->port());
  const std::string text(5000, 'x');
  for (const char* coding : {"gzip", "GZIP", "x-gzip"}) {
    client.Send(Post("/", *Gzip(text),
                     absl::StrCat("Content-Encoding: ", coding, "\r\n")));
    EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / " + text);
  }
  client.Send(Post("/", text, "Content-Encoding: identity\r\n") +
              Get("/", "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "POST / " + text);
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(HttpServerTest, AnInflatedBodyHasZeroedPaddingBehindIt) {
  auto server = StartServer([](const HttpRequest& request) {
    const PaddedBuffer& body = *request.body;
    bool zeros = true;
    for (size_t i = 0; i < PaddedBuffer::kPadding; ++i)
      zeros = zeros && body.data()[body.size() + i] == 0;
    return HttpResponse{
        200, "text/plain",
        absl::StrCat(body.size(), zeros ? " zeros" : " garbage")};
  });
  Client client(server->port());
  for (const size_t size : {1000, 300'000, 40'000'000}) {
    client.Send(
        Post("/", *Gzip(std::string(size, 'x')), "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(BodyOf(client.ReadResponse()), absl::StrCat(size, " zeros"));
  }
}

TEST(HttpServerTest, ABodyThatCannotBeInflatedIsRefused) {
  HttpServer::Options options = LoopbackOptions();
  options.max_inflated_body_bytes = 1000;
  auto server = StartServer(Echo, options);
  Client client(server->port());
  const auto send = [&](std::string_view body, std::string_view coding) {
    client.Send(
        Post("/", body, absl::StrCat("Content-Encoding: ", coding, "\r\n")));
    return client.ReadResponse();
  };
  EXPECT_THAT(send("no gzip", "gzip"),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("not valid gzip")));
  EXPECT_THAT(send("text", "br"),
              AllOf(StartsWith("HTTP/1.1 415 Unsupported Media Type\r\n"),
                    HasSubstr("\r\nAccept-Encoding: gzip\r\n"),
                    HasSubstr("Content-Encoding: br")));
  EXPECT_THAT(send(*Gzip(std::string(1001, 'x')), "gzip"),
              AllOf(StartsWith("HTTP/1.1 413 "),
                    HasSubstr("limit of 1000 bytes "
                              "(--rest_api_max_inflated_bytes)")));
  EXPECT_THAT(send(*Gzip(std::string(1000, 'x')), "gzip"),
              StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServerTest, ALargeAnswerIsCompressedForWhoAcceptsIt) {
  const std::string large(10'000, 'z');
  auto server = StartServer([&](const HttpRequest& request) {
    HttpResponse response{200, "text/plain", large};
    if (request.path == "/small") response.body.resize(100);
    if (request.path == "/coded")
      response.headers.emplace_back("Content-Encoding", "other");
    return response;
  });
  Client client(server->port());
  client.Send(Get("/", "Accept-Encoding: gzip, deflate\r\n"));
  const std::string response = client.ReadResponse();
  EXPECT_THAT(response, AllOf(HasSubstr("\r\nContent-Encoding: gzip\r\n"),
                              HasSubstr("\r\nVary: Accept-Encoding\r\n")));
  PaddedBuffer inflated;
  EXPECT_EQ(Gunzip(BodyOf(response), {large.size()}, &inflated),
            InflateError::kNone);
  EXPECT_EQ(inflated.view(), large);

  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
  client.Send(Get("/", "Accept-Encoding: gzip;q=0\r\n"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
  client.Send(Get("/coded", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
  client.Send(Get("/small", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), large.substr(0, 100));
}

TEST(HttpServerTest, AnswersAreNotCompressedWhenThatIsSwitchedOff) {
  const std::string large(10'000, 'z');
  HttpServer::Options options = LoopbackOptions();
  options.gzip_answers = false;
  auto server = StartServer(
      [&](const HttpRequest&) {
        return HttpResponse{200, "text/plain", large};
      },
      options);
  Client client(server->port());
  client.Send(Get("/", "Accept-Encoding: gzip\r\n"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), large);
}

// --- Where clients connect, and who they are ---

HttpResponse TellPeer(const HttpRequest& request) {
  return {200, "text/plain", std::string(request.peer)};
}

TEST(HttpServerTest, TheHandlerKnowsThePeer) {
  auto server = StartServer(TellPeer);
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()),
            absl::StrCat("ipv4:127.0.0.1:", client.local_port()));
}

TEST(HttpServerTest, AUnixSocketServesBesideThePort) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = path.get();
  auto server = StartServer(TellPeer, options);
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

TEST(HttpServerTest, AUnixSocketServesInsteadOfAPort) {
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

TEST(HttpServerTest, AServerThatListensNowhereIsAnError) {
  HttpServer::Options options = LoopbackOptions();
  options.port = HttpServer::kNoPort;
  const absl::Status status = HttpServer::Start(options, Echo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("neither a port nor"));
}

TEST(HttpServerTest, AUnixSocketThatADeadProcessLeftIsReplaced) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = path.get();
  LeaveUnixSocket(options.unix_socket_path);
  auto server = StartServer(Echo, options);
  Client client(options.unix_socket_path);
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(HttpServerTest, AUnixSocketInUseIsAnErrorThatNamesPathAndCure) {
  const SocketPath path;
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = path.get();
  auto server = StartServer(Echo, options);
  const absl::Status status = HttpServer::Start(options, Echo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr(options.unix_socket_path),
                    HasSubstr("another process listens there"),
                    HasSubstr("choose another path")));
  // The one that was there is served as before.
  Client client(options.unix_socket_path);
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(HttpServerTest, APathThatCanBeNoUnixSocketIsAnError) {
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = "/dev/null";
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("a file that is no socket"));
  options.unix_socket_path = "/no/such/folder/socket";
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("Its folder must exist"));
  options.unix_socket_path = "/" + std::string(108, 'x');
  EXPECT_THAT(HttpServer::Start(options, Echo).status().message(),
              HasSubstr("Choose a shorter one"));
}

// --- Many at a time ---

TEST(HttpServerTest, TwoHundredKeepAliveConnectionsInParallel) {
  auto server = StartServer(Echo);
  constexpr int kConnections = 200;
  constexpr int kRequests = 20;
  std::vector<Client> clients;
  for (int i = 0; i < kConnections; ++i) clients.emplace_back(server->port());
  for (int round = 0; round < kRequests; ++round) {
    for (int i = 0; i < kConnections; ++i)
      clients[i].Send(Post(absl::StrCat("/", i), absl::StrCat(round)));
    for (int i = 0; i < kConnections; ++i) {
      ASSERT_EQ(BodyOf(clients[i].ReadResponse()),
                absl::StrCat("POST /", i, " ", round));
    }
  }
}

TEST(HttpServerTest, HandlersRunAtTheSameTime) {
  Gate gate;
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

TEST(HttpServerTest, ARequestThatWaitsForAThreadIsInTheGate) {
  RequestGate requests;
  Gate gate;
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
  while (requests.size() < 2) std::this_thread::yield();
  requests.Close();
  Client late((*started)->port());
  late.Send(Get("/3"));
  gate.Open();
  EXPECT_EQ(BodyOf(first.ReadResponse()), "POST /1 ");
  EXPECT_EQ(BodyOf(second.ReadResponse()), "POST /2 ");
  EXPECT_THAT(late.ReadResponse(), StartsWith("HTTP/1.1 503"));
  EXPECT_TRUE(requests.WaitUntilEmpty(std::chrono::minutes(1)));
}

// --- Start and stop ---

TEST(HttpServerTest, APortInUseIsAnErrorThatNamesPortAndCure) {
  auto server = StartServer(Echo);
  HttpServer::Options options = LoopbackOptions();
  options.port = server->port();
  const absl::Status status = HttpServer::Start(options, Echo).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr(absl::StrCat("127.0.0.1:", server->port())),
                    HasSubstr("another process has port"),
                    HasSubstr("choose another port")));
}

TEST(HttpServerTest, AnAddressThatIsNotThisMachinesIsAnError) {
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

TEST(HttpServerTest, StopClosesIdleConnectionsAndThePort) {
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

TEST(HttpServerTest, StopLetsRequestsInFlightFinish) {
  Gate gate;
  auto server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); });
  Client handled(server->port());
  handled.Send(Post("/handled", "1") + Get("/behind"));
  gate.AwaitEntered(1);
  auto stopped = std::async(std::launch::async,
                            [&] { server->Stop(std::chrono::hours(1)); });
  // The port closes first, so the stop has begun.
  while (Client(server->port()).connected()) std::this_thread::yield();
  gate.Open();
  const std::string first = handled.ReadResponse();
  EXPECT_EQ(BodyOf(first), "POST /handled 1");
  EXPECT_THAT(first, HasSubstr("Connection: keep-alive"));
  const std::string second = handled.ReadAll();
  EXPECT_EQ(BodyOf(second), "GET /behind ");
  EXPECT_THAT(second, HasSubstr("Connection: close"));
  stopped.get();
}

TEST(HttpServerTest, StopWithoutGraceCutsOffRequestsThatHaveNotArrived) {
  auto server = StartServer(Echo);
  Client partial(server->port());
  partial.Send(Get("/") +
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(BodyOf(partial.ReadResponse()), "GET / ");
  server->Stop(std::chrono::milliseconds(0));
  EXPECT_EQ(partial.ReadAll(), "");
}

TEST(HttpServerTest, StopMayBeCalledTwiceAndByTheDestructor) {
  auto server = StartServer(Echo);
  server->Stop(std::chrono::milliseconds(10));
  server->Stop(std::chrono::milliseconds(10));
}

TEST(HttpServerTest, StopUnderLoadAnswersOrCloses) {
  auto server = StartServer(Echo);
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, port = server->port()] {
      Client client(port);
      while (true) {
        client.Send(Post("/", "load"));
        const std::string response = client.ReadResponse();
        if (response.empty()) return;
        EXPECT_EQ(BodyOf(response), "POST / load");
        answered.fetch_add(1);
        if (response.find("Connection: close") != std::string::npos) return;
      }
    });
  }
  while (answered.load() < 200) std::this_thread::yield();
  server->Stop(std::chrono::hours(1));
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpServerTest, ABodyThatInflatesBeyondTheRatioIs413AndNamesTheFlag) {
  HttpServer::Options options = LoopbackOptions();
  options.max_inflate_ratio = 100;
  auto server = StartServer(
      [](const HttpRequest& request) {
        return HttpResponse{200, "text/plain",
                            absl::StrCat(request.body->size())};
      },
      options);
  const auto send = [&](size_t size) {
    Client client(server->port());
    client.Send(
        Post("/", *Gzip(std::string(size, '0')), "Content-Encoding: gzip\r\n"));
    return client.ReadResponse();
  };
  constexpr size_t kFree = 64 << 20;
  EXPECT_THAT(send(kFree), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(send(kFree + 1), AllOf(StartsWith("HTTP/1.1 413 "),
                                     HasSubstr("--max_inflate_ratio")));
}

TEST(HttpServerTest, WhatAHandlerChargesReturnsHoweverItEnds) {
  RequestMemory memory(int64_t{1} << 20);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(
      [](const HttpRequest& request) -> HttpResponse {
        request.charge->Grow(1000);
        if (request.path == "/throw") throw std::runtime_error("x");
        if (request.path == "/much") request.charge->Grow(int64_t{1} << 30);
        return {200, "text/plain", "done"};
      },
      options);
  Client client(server->port());
  for (const char* path : {"/", "/throw", "/much", "/"}) {
    client.Send(Post(path, "body"));
    EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 "));
    // The loop begins with the next request soon after the answer.
    while (memory.used() != 0) std::this_thread::yield();
  }
}

}  // namespace
}  // namespace tfs3::rest
