// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/probe.h"

#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/certificate_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http_server_test_util.h"

namespace tfs3::net {
namespace {

using ::testing::HasSubstr;

// Beyond the duration of any answer in these tests.
constexpr std::chrono::minutes kLong(10);

HttpResponse Ready(const HttpRequest& request) {
  return {200, "text/plain", absl::StrCat("asked ", request.path, "\nmore\n")};
}

std::string Message(const absl::StatusOr<std::string>& answer) {
  return std::string(answer.status().message());
}

TEST(ProbeTest, Returns200AndTheFirstLineOfTheAnswer) {
  const std::unique_ptr<HttpServer> server = StartServer(Ready);
  const std::string address = absl::StrCat("http://127.0.0.1:", server->port());
  for (const char* const path : {"", "/"}) {
    EXPECT_EQ(*Probe(address + path, kLong),
              absl::StrCat(address, path, ": 200 asked /readyz"));
  }
  EXPECT_EQ(*Probe(address + "/livez", kLong),
            absl::StrCat(address, "/livez: 200 asked /livez"));
}

TEST(ProbeTest, LooksUpHostNames) {
  const std::unique_ptr<HttpServer> server = StartServer(Ready);
  EXPECT_TRUE(
      Probe(absl::StrCat("http://localhost:", server->port()), kLong).ok());
}

TEST(ProbeTest, AnotherStatusCodeIsAnErrorWithTheAnswer) {
  const std::unique_ptr<HttpServer> server =
      StartServer([](const HttpRequest&) -> HttpResponse {
        return {503, "text/plain", "not ready: 1 of 2 models\n"};
      });
  const auto answer = Probe(
      absl::StrCat("http://127.0.0.1:", server->port(), "/readyz"), kLong);
  EXPECT_TRUE(absl::IsUnavailable(answer.status()));
  EXPECT_THAT(Message(answer), HasSubstr("/readyz: 503 not ready: 1 of 2"));
}

TEST(ProbeTest, NoServerIsAnError) {
  std::unique_ptr<HttpServer> server = StartServer(Ready);
  const std::string address = absl::StrCat("http://127.0.0.1:", server->port());
  server.reset();
  const auto answer = Probe(address, kLong);
  EXPECT_TRUE(absl::IsUnavailable(answer.status()));
  EXPECT_THAT(Message(answer), HasSubstr("Connection refused"));
  EXPECT_THAT(Message(answer), HasSubstr(address));
}

TEST(ProbeTest, AServerThatDoesNotAnswerIsAnErrorAfterTheTimeout) {
  HandlerGate gate;
  const std::unique_ptr<HttpServer> server = StartServer(
      [&](const HttpRequest& request) { return gate.Handle(request); });
  const auto answer = Probe(absl::StrCat("http://127.0.0.1:", server->port()),
                            std::chrono::milliseconds(50));
  gate.Open();
  EXPECT_THAT(Message(answer), HasSubstr("no answer within 50 ms"));
}

TEST(ProbeTest, HttpsAcceptsACertificateThatNobodySigned) {
  const TestingCertificate made = MakeTestingCertificate();
  HttpServer::Options options = LoopbackOptions();
  options.tls = TlsOptions();
  options.tls->server_key = made.key;
  options.tls->server_cert = made.certificate;
  const std::unique_ptr<HttpServer> server =
      StartServer(Ready, std::move(options));
  const std::string address = absl::StrCat("://127.0.0.1:", server->port());
  EXPECT_EQ(*Probe("https" + address, kLong),
            absl::StrCat("https", address, ": 200 asked /readyz"));
  EXPECT_THAT(Message(Probe("http" + address, kLong)), HasSubstr(": 400 "));
}

TEST(ProbeTest, AsksAtAUnixSocket) {
  HttpServer::Options options = LoopbackOptions();
  options.unix_socket_path = absl::StrCat("/tmp/probe_test.", getpid());
  const std::string address = "unix:" + options.unix_socket_path;
  const std::unique_ptr<HttpServer> server =
      StartServer(Ready, std::move(options));
  EXPECT_EQ(*Probe(address, kLong), address + ": 200 asked /readyz");
  EXPECT_EQ(*Probe(address + ":/livez", kLong),
            address + ":/livez: 200 asked /livez");
  EXPECT_THAT(Message(Probe("unix:/no/such/socket", kLong)),
              HasSubstr("No such file"));
}

TEST(ProbeTest, AnAddressOfAnotherFormIsAnError) {
  for (const char* const address :
       {"", "localhost:8501", "ftp://localhost:8501", "http://localhost",
        "http://:8501", "http://localhost:0", "http://localhost:65536",
        "http://[::1:8501", "http://localhost:x/readyz",
        "unix:", "unix::/readyz"}) {
    const auto answer = Probe(address, kLong);
    EXPECT_TRUE(absl::IsInvalidArgument(answer.status())) << address;
    EXPECT_THAT(Message(answer),
                HasSubstr(absl::StrCat("--probe=", address, " is not")));
  }
}

}  // namespace
}  // namespace tfs3::net
