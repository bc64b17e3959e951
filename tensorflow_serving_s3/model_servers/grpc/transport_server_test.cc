// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Start, addresses, TLS, health status and shutdown of a server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/testing/certificate_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

namespace tfs3::grpc {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

// A new folder for a UNIX socket. The path of a socket has at most 107 bytes,
// and the paths of Bazel's test folders may be longer.
class SocketFolder {
 public:
  SocketFolder() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
  ~SocketFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/transport_test_XXXXXX";
};

TEST(TransportServerTest, ListensAtAUnixSocketAndAPort) {
  const SocketFolder folder;
  const std::string socket = "unix:" + folder.path() + "/s";
  ServerOptions options = Loopback();
  options.addresses.push_back(socket);
  const auto server = StartServer(options, {{"/test.Test/Echo", Echo}});

  EXPECT_EQ(TestingClient(socket).Call("/test.Test/Echo", "x").payload, "x");
  EXPECT_EQ(
      TestingClient(AddressOf(*server)).Call("/test.Test/Echo", "y").payload,
      "y");
}

TEST(TransportServerTest, DoesNotShareThePortOfAnotherServer) {
  const auto first = StartServer(Loopback(), {});
  ServerOptions options;
  options.addresses = {AddressOf(*first)};

  const StartResult second = Server::Start(options, {});

  EXPECT_EQ(second.server, nullptr);
  EXPECT_EQ(
      second.error,
      "gRPC cannot listen at " + AddressOf(*first) +
          ": Address already in use; stop the process that uses the port, "
          "or choose another port");
}

TEST(TransportServerTest, SharesThePortIfAChannelArgumentAllowsIt) {
  ServerOptions options = Loopback();
  options.channel_arguments = {{"grpc.so_reuseport", "1"}};
  const auto first = StartServer(options, {});
  options.addresses = {AddressOf(*first)};
  const auto second = StartServer(options, {});

  EXPECT_EQ(first->ports(), second->ports());
}

TEST(TransportServerTest, StartNeedsAnAddress) {
  const StartResult result = Server::Start(ServerOptions(), {});

  EXPECT_EQ(result.server, nullptr);
  EXPECT_THAT(result.error, StartsWith("no address to listen at"));
}

TEST(TransportServerTest, PassesChannelArgumentsToGrpc) {
  ServerOptions options = Loopback();
  options.channel_arguments = {{"grpc.max_metadata_size", "1000"}};
  ServerAndClient echo(Echo, options);
  CallOptions long_header;
  long_header.metadata = {{"x-long", std::string(3000, 'x')}};

  EXPECT_EQ(echo.Call("").code, kOk);
  // gRPC ends the call or the connection.
  EXPECT_NE(echo.Call("", long_header).code, kOk);
}

TEST(TransportServerTest, StartsWithAnyChannelArgument) {
  for (const char* const name :
       {"grpc.max_concurrent_streams", "grpc.keepalive_time_ms",
        "grpc.http2.max_frame_size", "grpc.so_reuseport",
        "grpc.max_receive_message_length", "grpc.max_send_message_length",
        "grpc.default_compression_algorithm", "grpc.optimization_target",
        "grpc.server_handshake_timeout_ms", "grpc.primary_user_agent",
        "grpc.service_config", "grpc.enable_channelz", "grpc.minimal_stack",
        "grpc.no.such.argument", "anything"}) {
    for (const char* const value : {"1000000", "1", "0", "text", ""}) {
      ServerOptions options = Loopback();
      options.channel_arguments = {{name, value}};
      EXPECT_NE(Server::Start(options, {}).server, nullptr)
          << name << "=" << value;
    }
  }
}

TEST(TransportServerTest, ShutdownWaitsForCalls) {
  std::promise<void> started;
  std::promise<void> release;
  ServerAndClient blocking([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      started.set_value();
      release.get_future().wait();
      Echo(std::move(call));
    });
  });
  auto result =
      std::async(std::launch::async, [&] { return blocking.Call("late"); });
  started.get_future().wait();
  auto shut_down = std::async(std::launch::async, [&] {
    blocking.server().Shutdown(std::chrono::minutes(10));
  });

  release.set_value();

  EXPECT_EQ(result.get().payload, "late");
  shut_down.get();
  EXPECT_EQ(blocking.Call("x").code, kUnavailable);
}

TEST(TransportServerTest, ShutdownCancelsCallsAfterTheGracePeriod) {
  std::promise<void> started;
  ServerAndClient waiting([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      started.set_value();
      while (!call.cancelled()) {
        std::this_thread::yield();
      }
      Echo(std::move(call));
    });
  });
  auto result =
      std::async(std::launch::async, [&] { return waiting.Call("x"); });
  started.get_future().wait();

  waiting.server().Shutdown(milliseconds(0));

  EXPECT_NE(result.get().code, kOk);
}

TEST(TransportServerTest, TheDestructorFreesThePort) {
  auto first = StartServer(Loopback(), {});
  ServerOptions options;
  options.addresses = {AddressOf(*first)};
  first.reset();

  EXPECT_NE(StartServer(options, {}), nullptr);
}

// Serialized messages of grpc.health.v1: HealthCheckResponse with each status.
constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

// A serialized HealthCheckRequest.
std::string HealthRequest(const std::string& service) {
  return "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
}

TEST(TransportServerTest, HealthChecksReturnTheStatusThatWasSet) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  const auto server = StartServer(options, {});
  TestingClient client(AddressOf(*server));
  server->SetServing("half", true);
  server->SetServing("third", false);

  EXPECT_EQ(client.Call(kHealthCheck, HealthRequest("half")).payload, kServing);
  EXPECT_EQ(client.Call(kHealthCheck, HealthRequest("third")).payload,
            kNotServing);
  EXPECT_EQ(client.Call(kHealthCheck, HealthRequest("other")).code, kNotFound);
}

TEST(TransportServerTest, TheServerIsNotServingAtFirst) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  const auto server = StartServer(options, {});

  EXPECT_EQ(TestingClient(AddressOf(*server)).Call(kHealthCheck, "").payload,
            kNotServing);
}

TEST(TransportServerTest, TheServicesOfTheOptionsAreNotServingAtFirst) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  options.health_services = {"half"};
  const auto server = StartServer(options, {});

  EXPECT_EQ(TestingClient(AddressOf(*server))
                .Call(kHealthCheck, HealthRequest("half"))
                .payload,
            kNotServing);
}

TEST(TransportServerTest, SetNothingServingIsFinal) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  const auto server = StartServer(options, {});
  server->SetServing("half", true);

  server->SetNothingServing();
  server->SetServing("half", true);

  EXPECT_EQ(TestingClient(AddressOf(*server))
                .Call(kHealthCheck, HealthRequest("half"))
                .payload,
            kNotServing);
}

TEST(TransportServerTest, WithoutTheOptionThereIsNoHealthService) {
  const auto server = StartServer(Loopback(), {});
  server->SetServing("half", true);

  EXPECT_EQ(TestingClient(AddressOf(*server))
                .Call(kHealthCheck, HealthRequest("half"))
                .code,
            kUnimplemented);
}

TEST(TransportServerTest, CompressedHealthChecksAreInflated) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  ServerAndClient server(Echo, options);
  CallOptions compressed;
  compressed.compression = "gzip";
  const std::string service(100, 'x');
  server.server().SetServing(service, true);

  EXPECT_EQ(server.client()
                .Call(kHealthCheck, HealthRequest(service), compressed)
                .payload,
            kServing);
}

class TransportTlsTest : public ::testing::Test {
 protected:
  TransportTlsTest() {
    options_.tls.emplace();
    options_.tls->server_key = made_.key;
    options_.tls->server_cert = made_.certificate;
  }

  CallResult Call(const std::optional<ClientTls>& tls) {
    const std::unique_ptr<Server> server =
        StartServer(options_, {{"/test.Test/Call", Echo}});
    return TestingClient(AddressOf(*server), tls)
        .Call("/test.Test/Call", "secret");
  }

  const TestingCertificate made_ = MakeTestingCertificate();
  ServerOptions options_ = Loopback();
};

TEST_F(TransportTlsTest, CarriesBytesBothWays) {
  const CallResult result = Call(ClientTls{made_.certificate, "", ""});
  EXPECT_EQ(result.code, kOk) << result.message;
  EXPECT_EQ(result.payload, "secret");
}

TEST_F(TransportTlsTest, AClientWithoutTlsIsUnavailable) {
  EXPECT_EQ(Call(std::nullopt).code, kUnavailable);
}

TEST_F(TransportTlsTest, ClientVerifyNeedsACertificateOfTheClient) {
  const TestingCertificate client = MakeTestingCertificate();
  options_.tls->custom_ca = client.certificate;
  options_.tls->client_verify = true;
  EXPECT_EQ(Call(ClientTls{made_.certificate, "", ""}).code, kUnavailable);
  const TestingCertificate stranger = MakeTestingCertificate();
  EXPECT_EQ(
      Call(ClientTls{made_.certificate, stranger.key, stranger.certificate})
          .code,
      kUnavailable);
  EXPECT_EQ(
      Call(ClientTls{made_.certificate, client.key, client.certificate}).code,
      kOk);
}

TEST_F(TransportTlsTest, AnInvalidKeyIsAnErrorThatNamesTheOption) {
  options_.tls->server_key = "/etc/tls/server.key";
  const StartResult started = Server::Start(options_, {});
  EXPECT_EQ(started.server, nullptr);
  EXPECT_THAT(started.error, HasSubstr("server_key"));
}

}  // namespace
}  // namespace tfs3::grpc
