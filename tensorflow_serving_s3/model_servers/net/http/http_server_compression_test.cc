// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Compressed requests and responses of HttpServer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HttpServerCompressionTest, AGzipBodyIsInflated) {
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

TEST(HttpServerCompressionTest, AnInflatedBodyHasZeroPadding) {
  auto server = StartServer(DescribeBody);
  Client client(server->port());
  for (const size_t size : {1000, 300'000, 40'000'000}) {
    client.Send(
        Post("/", *Gzip(std::string(size, 'x')), "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(BodyOf(client.ReadResponse()), absl::StrCat(size, " zeros"));
  }
}

TEST(HttpServerCompressionTest, ABodyThatCannotBeInflatedIsRefused) {
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

TEST(HttpServerCompressionTest, ABodyAboveTheInflateRatioGets413) {
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

TEST(HttpServerCompressionTest,
     ALargeAnswerIsCompressedIfTheClientAcceptsGzip) {
  const std::string large(10'000, 'z');
  auto server = StartServer([&](const HttpRequest& request) {
    HttpResponse response{200, "text/plain", large};
    if (request.path == "/small") {
      response.body.resize(100);
    }
    if (request.path == "/coded") {
      response.headers.emplace_back("Content-Encoding", "other");
    }
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

TEST(HttpServerCompressionTest, GzipAnswersFalseSwitchesCompressionOff) {
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

}  // namespace
}  // namespace tfs3::net
