// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Requests that HttpServer refuses, and its limits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HttpServerLimitsTest, MalformedHttpGets400) {
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

TEST(HttpServerLimitsTest, AmbiguousHeadsGet400) {
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

TEST(HttpServerLimitsTest, ABodyAboveTheLimitGets413) {
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 1000;
  auto server = StartServer(Echo, options);
  Client fits(server->port());
  fits.Send(Post("/", std::string(1000, 'x')));
  EXPECT_THAT(fits.ReadResponse(), StartsWith("HTTP/1.1 200 OK"));

  // The client gets the response although the server has not read the whole
  // body.
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

TEST(HttpServerLimitsTest, AHeaderAboveTheLimitGets431) {
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

TEST(HttpServerLimitsTest, ARequestThatDoesNotArriveInTimeGets408) {
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

TEST(HttpServerLimitsTest, ABodyThatStopsAfterAFastStartGets408) {
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

TEST(HttpServerLimitsTest, ABodyAboveTheMemoryBudgetGets503) {
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

TEST(HttpServerLimitsTest, ABodyThatInflatesAboveTheMemoryBudgetGets503) {
  RequestMemory memory(1 << 20);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  Client client(server->port());
  client.Send(Post("/", *Gzip(std::string(4 << 20, '0')),
                   "Content-Encoding: gzip\r\n"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
}

TEST(HttpServerLimitsTest, AHandlerThatRunsOutOfMemoryGets503) {
  auto server = StartServer(
      [](const HttpRequest&) -> HttpResponse { throw std::bad_alloc(); });
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 503 "));
}

TEST(HttpServerLimitsTest, TheChargeOfAHandlerEndsWithTheRequest) {
  RequestMemory memory(int64_t{1} << 20);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(
      [](const HttpRequest& request) -> HttpResponse {
        request.charge->Grow(1000);
        if (request.path == "/throw") {
          throw std::runtime_error("x");
        }
        if (request.path == "/much") {
          request.charge->Grow(int64_t{1} << 30);
        }
        return {200, "text/plain", "done"};
      },
      options);
  Client client(server->port());
  for (const char* path : {"/", "/throw", "/much", "/"}) {
    client.Send(Post(path, "body"));
    EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 "));
    // The connection frees the charge shortly after it has sent the response.
    while (memory.used() != 0) {
      std::this_thread::yield();
    }
  }
}

TEST(HttpServerLimitsTest, ALargeHeadIsChargedUntilItsResponseIsSent) {
  constexpr int64_t kBudget = 1 << 20;
  RequestMemory memory(kBudget);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(Echo, options);
  std::string fields;
  for (int i = 0; i < 8'000; ++i) {
    fields += "a:b\r\n";
  }
  Client client(server->port());

  client.Send(absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\n", fields,
                           "Content-Length: 4\r\n\r\n"));
  while (memory.used() < kBudget / 2) {
    std::this_thread::yield();
  }
  Client other(server->port());
  other.Send(Get("/", fields));
  EXPECT_THAT(other.ReadAll(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1")));
  client.Send("body");
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  while (memory.used() != 0) {
    std::this_thread::yield();
  }
}

TEST(HttpServerLimitsTest, AResponseIsChargedThoughItsHandlerDoesNot) {
  constexpr int64_t kBudget = 4 << 20;
  constexpr int64_t kReserve = kBudget / 16;
  RequestMemory memory(kBudget);
  HttpServer::Options options = LoopbackOptions();
  options.memory = &memory;
  auto server = StartServer(
      [](const HttpRequest& /*request*/) -> HttpResponse {
        return {200, "text/plain", std::string(2 * kReserve / 3, 'x')};
      },
      options);
  RequestMemory::Charge others(&memory);
  others.Grow(kBudget - kReserve);
  Client client(server->port());

  client.Send(Get("/metrics"));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  while (memory.used() != others.bytes()) {
    std::this_thread::yield();
  }
  ASSERT_TRUE(others.TryGrowReserved(kReserve / 2));
  client.Send(Get("/metrics"));
  EXPECT_THAT(client.ReadResponse(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1")));
}

TEST(HttpServerLimitsTest, ARequestAboveTheQueueLimitGets429) {
  HandlerGate gate;
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
  while (requests.size() < 2) {
    std::this_thread::yield();
  }

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

TEST(HttpServerLimitsTest, GetDoesNotWaitForOtherRequests) {
  HandlerGate gate;
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

TEST(HttpServerLimitsTest, ARequestWhoseClientDisconnectedIsNotHandled) {
  HandlerGate gate;
  std::atomic<int> handled{0};
  std::promise<int> refusal;
  RequestGate requests;
  HttpServer::Options options = LoopbackOptions();
  options.num_threads = 1;
  options.gate = &requests;
  options.on_refusal = [&](const HttpRefusal& refused) {
    refusal.set_value(refused.status);
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
    while (requests.size() < 2) {
      std::this_thread::yield();
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  gate.Open();

  EXPECT_EQ(refusal.get_future().get(), 499);
  EXPECT_THAT(busy.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(handled, 1);
}

TEST(HttpServerLimitsTest, ReportsRequestsThatTheHandlerDoesNotSee) {
  std::mutex mutex;
  std::vector<std::string> reported;
  HttpServer::Options options = LoopbackOptions();
  options.max_body_bytes = 100;
  options.max_header_bytes = 1000;
  options.request_timeout = std::chrono::milliseconds(50);
  options.on_refusal = [&](const HttpRefusal& refusal) {
    EXPECT_THAT(refusal.peer, StartsWith("ipv4:127.0.0.1:"));
    EXPECT_GE(refusal.duration.count(), 0);
    std::lock_guard<std::mutex> lock(mutex);
    reported.push_back(absl::StrCat(refusal.status, " ", refusal.method, " ",
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
      reported,
      ElementsAre(StartsWith("400  : Malformed HTTP request: "),
                  StartsWith("431 GET /: The request's headers are larger"),
                  StartsWith("413 POST /large: The request's body is larger"),
                  StartsWith("408 POST /slow: The request did not arrive"),
                  StartsWith("400 POST /zip: The request's body is not "
                             "valid gzip")));
}

}  // namespace
}  // namespace tfs3::net
