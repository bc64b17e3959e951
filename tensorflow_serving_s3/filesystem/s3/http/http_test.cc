// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "aws/io/io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using ::testing::AnyOf;

// Does not fit into the kernel's buffers at both ends of a connection.
constexpr size_t kLargerThanBuffers = size_t{48} << 20;

class HttpTest : public ::testing::Test {
 protected:
  HttpTest() : http_(Options(), (*AwsRuntime::Get())->client_bootstrap()) {}

  static Endpoint At(int port, bool https = false) {
    Endpoint endpoint;
    endpoint.https = https;
    endpoint.host = "127.0.0.1";
    endpoint.port = port;
    return endpoint;
  }

  HttpResponse Get(const Endpoint& endpoint, HttpSink sink = {},
                   milliseconds first = milliseconds(5000),
                   milliseconds between = milliseconds(5000)) {
    HttpMessagePtr message = NewMessage("GET", "/path?query");
    AddHeader(message.get(), "Host", endpoint.Authority());
    Result<HttpResponse> response =
        http_.Send(endpoint, message.get(), sink, {first, between});
    EXPECT_TRUE(response.ok()) << response.status().message;
    return *response;
  }

  // Sends a large body. Only the timeout `sending` is long.
  HttpResponse Put(const Endpoint& endpoint, milliseconds sending) {
    const std::string body(kLargerThanBuffers, 'x');
    HttpMessagePtr message = NewMessage("PUT", "/path");
    AddHeader(message.get(), "Host", endpoint.Authority());
    AddHeader(message.get(), "Content-Length", std::to_string(body.size()));
    Result<HttpResponse> response = http_.Send(
        endpoint, message.get(), {},
        {milliseconds(5000), milliseconds(100), nullptr, sending}, body);
    EXPECT_TRUE(response.ok()) << response.status().message;
    return *response;
  }

  HttpClient http_;
};

TEST_F(HttpTest, TheBodyOfASuccessGoesIntoTheSink) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.method + " " + request.path, "GET /path?query");
    out.Send(FakeResponse(206, "0123456789", "ETag: \"e\"\r\nX-Two: 2\r\n"));
  });
  std::string buffer(16, '.');
  const HttpResponse response =
      Get(At(server.port()), {buffer.data(), buffer.size()});
  EXPECT_EQ(response.crt_error, 0);
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(response.sink_bytes, 10u);
  EXPECT_EQ(buffer, "0123456789......");
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.Header("etag"), "\"e\"");
  EXPECT_EQ(response.Header("x-tWO"), "2");
  EXPECT_EQ(response.Header("absent"), "");
}

TEST_F(HttpTest, TheBodyOfAnErrorDoesNotGoIntoTheSink) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(503, "<Error/>"));
  });
  std::string buffer(16, '.');
  const HttpResponse response =
      Get(At(server.port()), {buffer.data(), buffer.size()});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "<Error/>");
  EXPECT_EQ(buffer, std::string(16, '.'));
}

TEST_F(HttpTest, ReusesConnections) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(200, "x"));
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Get(At(server.port())).body, "x");
  }
  EXPECT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(HttpTest, ABodyLargerThanTheSinkIsAnError) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(200, std::string(100, 'x')));
  });
  std::string buffer(16, '.');
  const HttpResponse response = Get(At(server.port()), {buffer.data(), 8});
  EXPECT_EQ(response.crt_error, AWS_ERROR_SHORT_BUFFER);
  EXPECT_EQ(buffer.substr(8), "........");
}

TEST_F(HttpTest, ConnectionRefused) {
  EXPECT_EQ(Get(At(UnusedPort())).crt_error, AWS_IO_SOCKET_CONNECTION_REFUSED);
}

TEST_F(HttpTest, TimesOutWithoutAResponse) {
  FakeHttpServer server(
      [](const FakeRequest&, FakeConnection& out) { out.Hang(); });
  const HttpResponse response =
      Get(At(server.port()), {}, milliseconds(200), milliseconds(5000));
  EXPECT_EQ(response.crt_error, AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT);
  EXPECT_EQ(response.status, 0);
}

TEST_F(HttpTest, AStallInTheBodyTimesOutAndReportsTheBytes) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
    out.Hang();
  });
  std::string buffer(16, '.');
  const HttpResponse response =
      Get(At(server.port()), {buffer.data(), buffer.size()}, milliseconds(5000),
          milliseconds(200));
  EXPECT_EQ(response.crt_error, AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.sink_bytes, 4u);
}

TEST_F(HttpTest, SingleBytesDoNotExtendTheTimeout) {
  std::atomic<bool> given_up{false};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (!given_up) {
      out.Send("x");
      std::this_thread::sleep_for(milliseconds(1));
    }
  });
  std::string buffer(1000000, '.');
  const HttpResponse response =
      Get(At(server.port()), {buffer.data(), buffer.size()}, milliseconds(5000),
          milliseconds(200));
  given_up = true;
  EXPECT_EQ(response.crt_error, AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT);
  EXPECT_GT(response.sink_bytes, 0u);
}

TEST_F(HttpTest, ALargeRequestBodyMayStallForTheSendingTimeout) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.body.size(), kLargerThanBuffers);
    out.Send(FakeResponse(200, ""));
  });
  server.StopReading();
  std::thread later([&server] {
    std::this_thread::sleep_for(milliseconds(500));
    server.Read();
  });
  const HttpResponse response = Put(At(server.port()), milliseconds(60000));
  later.join();
  EXPECT_EQ(response.crt_error, 0);
  EXPECT_EQ(response.status, 200);
}

TEST_F(HttpTest, ALargeRequestBodyThatStallsLongerTimesOut) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection&) {});
  server.StopReading();
  const HttpResponse response = Put(At(server.port()), milliseconds(300));
  EXPECT_EQ(response.crt_error, AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT);
  EXPECT_LT(response.body_sent, kLargerThanBuffers);
}

TEST_F(HttpTest, ATruncatedBodyIsAnError) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
    out.Close();
  });
  std::string buffer(16, '.');
  const HttpResponse response =
      Get(At(server.port()), {buffer.data(), buffer.size()});
  EXPECT_NE(response.crt_error, 0);
  EXPECT_EQ(response.sink_bytes, 4u);
}

TEST_F(HttpTest, TlsToAPlainServerFails) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection&) {});
  Options options;
  options.verify_tls = false;
  HttpClient http(options, (*AwsRuntime::Get())->client_bootstrap());
  HttpMessagePtr message = NewMessage("GET", "/");
  AddHeader(message.get(), "Host", "h");
  Result<HttpResponse> response =
      http.Send(At(server.port(), true), message.get(), {},
                {milliseconds(5000), milliseconds(5000)});
  ASSERT_TRUE(response.ok());
  EXPECT_THAT(response->crt_error,
              AnyOf(AWS_IO_SOCKET_CLOSED, AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE))
      << aws_error_name(response->crt_error);
}

TEST_F(HttpTest, AResponseThatIsNotHttpIsAnError) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send("SSH-2.0-OpenSSH_9.2\r\n");
    out.Hang();
  });
  EXPECT_EQ(Get(At(server.port())).crt_error, AWS_ERROR_HTTP_PROTOCOL_ERROR);
}

TEST_F(HttpTest, AbandonedExchangesEndAfterTheReturn) {
  FakeHttpServer server(
      [](const FakeRequest&, FakeConnection& out) { out.Hang(); });
  for (int i = 0; i < 8; ++i) {
    std::string buffer(16, '.');
    Get(At(server.port()), {buffer.data(), buffer.size()}, milliseconds(1));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
