// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// HttpServer with TLS, and OpenSSL's client.

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"
#include "tensorflow_serving_s3/model_servers/testing/tls_test_client.h"

namespace tfs3::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpServerTlsTest : public ::testing::Test {
 protected:
  HttpServerTlsTest() {
    options_.tls = TlsOptions();
    options_.tls->server_key = server_.KeyPem();
    options_.tls->server_cert = server_.CertificatePem();
  }

  std::unique_ptr<HttpServer> Start(HttpServer::Handler handler = Echo) const {
    return StartServer(std::move(handler), options_);
  }

  std::string ErrorOf(const TlsOptions& tls) const {
    HttpServer::Options options = options_;
    options.tls = tls;
    const absl::Status status = HttpServer::Start(options, Echo).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), StartsWith("Cannot use TLS: "));
    return std::string(status.message());
  }

  const Identity server_{"server"};
  HttpServer::Options options_ = LoopbackOptions();
};

TEST_F(HttpServerTlsTest, CarriesBodiesOfAnySize) {
  auto server = Start();
  TlsClient client(server->port());
  ASSERT_TRUE(client.connected());
  for (const size_t size : {0, 1, 100, 16'000, 20'000, 300'000, 5'000'000}) {
    const std::string body(size, 'x');
    client.Send(Post("/", body));
    EXPECT_TRUE(client.ReadBody() == "POST / " + body) << size;
  }
}

TEST_F(HttpServerTlsTest, PipelinedRequestsAreAnsweredInOrder) {
  auto server = Start();
  TlsClient client(server->port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += Get(absl::StrCat("/", i));
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.ReadBody(), absl::StrCat("GET /", i, " "));
  }
}

TEST_F(HttpServerTlsTest, ChunkedBodiesAreJoined) {
  auto server = Start();
  TlsClient client(server->port());
  client.Send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n");
  client.Send("2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(client.ReadBody(), "POST / abcde");
}

TEST_F(HttpServerTlsTest, LargeAnswersReachAClientThatReadsLate) {
  const std::string large(20 << 20, 'z');
  auto server = Start([&](const HttpRequest&) {
    return HttpResponse{200, "text/plain", large};
  });
  TlsClient::Options options;
  options.receive_buffer = 4096;
  TlsClient client(server->port(), options);
  client.Send(Get("/") + Get("/"));
  EXPECT_TRUE(client.ReadBody() == large);
  EXPECT_TRUE(client.ReadBody() == large);
}

TEST_F(HttpServerTlsTest, AcceptsTls12And13Only) {
  auto server = Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient::Options options;
    options.version = version;
    TlsClient client(server->port(), options);
    ASSERT_TRUE(client.connected()) << version;
    EXPECT_EQ(SSL_version(client.ssl()), version);
    client.Send(Get("/"));
    EXPECT_EQ(client.ReadBody(), "GET / ");
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClient::Options options;
    options.version = version;
    EXPECT_FALSE(TlsClient(server->port(), options).connected()) << version;
  }
}

TEST_F(HttpServerTlsTest, AgreesOnTheProtocol) {
  auto server = Start();
  const std::string http1 = "\x08http/1.1";
  const std::string http2 = "\x02h2";
  for (const auto& [offered, chosen] :
       std::vector<std::pair<std::string, std::string>>{
           {http1, "http/1.1"},
           {http2, "h2"},
           {http1 + http2, "h2"},
           {"\x03xyz" + http1, "http/1.1"},
           {"", ""}}) {
    TlsClient::Options options;
    options.protocols = offered;
    TlsClient client(server->port(), options);
    ASSERT_TRUE(client.connected()) << offered;
    const unsigned char* protocol = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(client.ssl(), &protocol, &size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(protocol), size),
              chosen);
  }
  TlsClient::Options other;
  other.protocols = "\x03xyz";
  EXPECT_FALSE(TlsClient(server->port(), other).connected());
}

// Returns a client of HTTP/2 that uses `client`.
std::unique_ptr<Http2Client> Http2Over(const TlsClient& client) {
  return std::make_unique<Http2Client>(
      [&](char* to, size_t room) {
        return SSL_read(client.ssl(), to, static_cast<int>(room));
      },
      [&](std::string_view bytes) { client.Send(bytes); });
}

TEST_F(HttpServerTlsTest, ServesHttp2ToClientsThatChooseIt) {
  auto server = Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient::Options options;
    options.version = version;
    options.protocols = "\x02h2";
    const TlsClient tls(server->port(), options);
    const auto client = Http2Over(tls);
    for (const uint32_t stream : {1, 3, 5}) {
      const std::string body(stream * 5000, 'b');
      client->Send(PostFrames(stream, "/", body));
      EXPECT_EQ(client->Read(stream).body, "POST / " + body);
    }
  }
}

TEST_F(HttpServerTlsTest, ServesHttp2ToClientsThatNameNoProtocol) {
  auto server = Start();
  const TlsClient tls(server->port());
  const auto client = Http2Over(tls);
  client->Send(GetFrames(1, "/"));
  EXPECT_EQ(client->Read(1).body, "GET / ");
}

TEST_F(HttpServerTlsTest, AClientThatChoseHttp11CannotSpeakHttp2) {
  auto server = Start();
  TlsClient::Options options;
  options.protocols = "\x08http/1.1";
  TlsClient client(server->port(), options);
  client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_THAT(client.ReadBody(), HasSubstr("Malformed HTTP request"));
}

TEST_F(HttpServerTlsTest, SendsTheCertificatesOfTheIssuers) {
  const Identity root("root");
  const Identity leaf("leaf", &root);
  options_.tls->server_key = leaf.KeyPem();
  options_.tls->server_cert = leaf.CertificatePem() + root.CertificatePem();
  auto server = Start();
  TlsClient client(server->port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())), 2);
}

TEST_F(HttpServerTlsTest, ClientVerifyNeedsACertificateOfTheClient) {
  const Identity root("root");
  const Identity known("known", &root);
  const Identity unknown("unknown");
  options_.tls->client_verify = true;
  options_.tls->custom_ca = root.CertificatePem();
  auto server = Start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient::Options options;
    options.version = version;
    for (const Identity* identity :
         {&known, &unknown, (const Identity*)nullptr}) {
      options.identity = identity;
      TlsClient client(server->port(), options);
      if (client.connected()) {
        client.Send(Get("/"));
      }
      EXPECT_EQ(client.connected() ? client.ReadBody() : "",
                identity == &known ? "GET / " : "");
    }
  }
}

TEST_F(HttpServerTlsTest, WithoutClientVerifyNoCertificateIsNeeded) {
  options_.tls->custom_ca = Identity("root").CertificatePem();
  auto server = Start();
  TlsClient client(server->port());
  client.Send(Get("/"));
  EXPECT_EQ(client.ReadBody(), "GET / ");
}

TEST_F(HttpServerTlsTest, InvalidKeysAndCertificatesAreErrors) {
  TlsOptions tls = *options_.tls;
  tls.server_key = "";
  EXPECT_THAT(ErrorOf(tls), HasSubstr("server_key is not a private key"));
  tls.server_key = "/path/of/key.pem";
  EXPECT_THAT(ErrorOf(tls), HasSubstr("server_key is not a private key"));
  tls.server_key = server_.KeyPem("secret");
  EXPECT_THAT(ErrorOf(tls), HasSubstr("protected by a passphrase"));
  tls.server_key = Identity("other").KeyPem();
  EXPECT_THAT(ErrorOf(tls), HasSubstr("does not belong to server_cert"));

  tls = *options_.tls;
  tls.server_cert = "";
  EXPECT_THAT(ErrorOf(tls), HasSubstr("certificate 1 of server_cert"));
  tls.server_cert = server_.KeyPem();
  EXPECT_THAT(ErrorOf(tls), HasSubstr("certificate 1 of server_cert"));
  const std::string good = server_.CertificatePem();
  tls.server_cert = good + good.substr(0, good.size() / 2);
  EXPECT_THAT(ErrorOf(tls), HasSubstr("certificate 2 of server_cert"));

  tls = *options_.tls;
  tls.client_verify = true;
  tls.custom_ca = "nonsense";
  EXPECT_THAT(ErrorOf(tls), HasSubstr("certificate 1 of custom_ca"));
}

TEST_F(HttpServerTlsTest, AClientWithoutTlsGets400) {
  auto server = Start();
  Client client(server->port());
  client.Send(Get("/"));
  EXPECT_THAT(client.ReadAll(),
              AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"),
                    HasSubstr("use https instead of http")));
}

TEST_F(HttpServerTlsTest, AClientWithAnotherProtocolIsDisconnected) {
  auto server = Start();
  Client client(server->port());
  client.Send(std::string(100, '\xff'));
  client.ReadAll();  // Returns because the server closes the connection.
  TlsClient next(server->port());
  next.Send(Get("/"));
  EXPECT_EQ(next.ReadBody(), "GET / ");
}

TEST_F(HttpServerTlsTest, AnIncompleteHandshakeTimesOut) {
  options_.request_timeout = std::chrono::milliseconds(50);
  auto server = Start();
  Client silent(server->port());
  EXPECT_EQ(silent.ReadAll(), "");
  Client partial(server->port());
  partial.Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(partial.ReadAll(), "");
}

TEST_F(HttpServerTlsTest, IncompleteHandshakesUseNoThread) {
  options_.num_threads = 1;
  auto server = Start();
  std::vector<Client> silent;
  for (int i = 0; i < 100; ++i) {
    silent.emplace_back(server->port());
  }
  TlsClient client(server->port());
  client.Send(Get("/"));
  EXPECT_EQ(client.ReadBody(), "GET / ");
}

TEST_F(HttpServerTlsTest, ARequestThatDoesNotArriveInTimeGetsAnAnswer) {
  options_.request_timeout = std::chrono::milliseconds(200);
  auto server = Start();
  TlsClient client(server->port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(client.ReadBody(), HasSubstr("did not arrive in time"));
  EXPECT_EQ(client.ReadBody(), "");
}

TEST_F(HttpServerTlsTest, ADisconnectDoesNotStopTheServer) {
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false;
  bool gone = false;
  const std::string large(1 << 20, 'z');
  auto server = Start([&](const HttpRequest& request) {
    if (request.path != "/gone") {
      return Echo(request);
    }
    std::unique_lock<std::mutex> lock(mutex);
    entered = true;
    changed.notify_all();
    changed.wait(lock, [&] { return gone; });
    return HttpResponse{200, "text/plain", large};
  });
  {
    TlsClient client(server->port());
    client.Send(Get("/gone"));
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return entered; });
  }
  {
    std::lock_guard<std::mutex> lock(mutex);
    gone = true;
    changed.notify_all();
  }
  TlsClient next(server->port());
  next.Send(Get("/next"));
  EXPECT_EQ(next.ReadBody(), "GET /next ");
}

TEST_F(HttpServerTlsTest, StopSendsTheEndOfTheSession) {
  auto server = Start();
  TlsClient idle(server->port());
  idle.Send(Get("/"));
  EXPECT_EQ(idle.ReadBody(), "GET / ");
  Client handshaking(server->port());
  server->Stop(std::chrono::hours(1));
  EXPECT_EQ(idle.ReadBody(), "");
  EXPECT_EQ(SSL_get_shutdown(idle.ssl()) & SSL_RECEIVED_SHUTDOWN,
            SSL_RECEIVED_SHUTDOWN);
  EXPECT_EQ(handshaking.ReadAll(), "");
}

TEST_F(HttpServerTlsTest, TheUnixSocketHasNoTls) {
  const SocketPath path;
  options_.unix_socket_path = path.get();
  auto server = Start();
  Client client(options_.unix_socket_path);
  client.Send(Get("/"));
  EXPECT_EQ(BodyOf(client.ReadResponse()), "GET / ");
}

TEST(OpenSslTest, TheLibraryIsNotTheOneThatTensorFlowExports) {
  Dl_info place;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&SSL_new), &place), 0);
  EXPECT_EQ(std::string(place.dli_fname).find("tensorflow_framework"),
            std::string::npos);
}

}  // namespace
}  // namespace tfs3::net
