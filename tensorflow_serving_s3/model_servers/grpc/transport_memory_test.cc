// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The memory of calls beside the requests of methods: headers, health checks
// and streams. One connection may have a thousand of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_test_client.h"

namespace tfs3::grpc {
namespace {

using http2_frames::Frame;
using http2_frames::GrpcHeaders;
using http2_frames::HeadersFrame;
using http2_frames::kData;
using http2_frames::kEndStream;
using http2_frames::Literal;
using http2_frames::Message;
using net::Http2Client;
using net::Http2Response;
using testing::HasSubstr;

constexpr char kMethod[] = "/test.Test/Call";
constexpr char kStream[] = "/test.Test/Stream";
constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";
constexpr int64_t kBudget = 1 << 20;
constexpr size_t kResponseBytes = 1000;

// Returns a HealthCheckRequest.
std::string Check(std::string_view service) {
  const size_t size = service.size();  // Less than 1 << 14.
  return {std::string("\x0a") + static_cast<char>(size % 128 | 0x80) +
          static_cast<char>(size / 128) + std::string(service)};
}

std::string CallFrames(std::string_view path, std::string_view message,
                       std::string_view more_headers = "") {
  return HeadersFrame(1, GrpcHeaders(path) + std::string(more_headers)) +
         Frame(kData, kEndStream, 1, Message(message));
}

class TransportMemoryTest : public testing::Test {
 protected:
  TransportMemoryTest() {
    ServerOptions options = Loopback();
    options.memory = &memory_;
    options.serve_health = true;
    options.receive_timeout = std::chrono::minutes(1);
    options.on_refusal = [this](const CallRefusal& refusal) {
      refused_.set_value(refusal.code);
    };
    StartResult started = Server::Start(
        options, {{kMethod, Echo}},
        {{kStream, [](const std::vector<Slice>& /*message*/) {
            return std::optional(std::string(kResponseBytes, 'r'));
          }}});
    EXPECT_EQ(started.error, "");
    server_ = std::move(started.server);
  }
  ~TransportMemoryTest() override {
    server_.reset();
    EXPECT_EQ(memory_.used(), filled());
  }

  int port() const { return server_->ports().at(0); }
  // Makes a call and returns its response.
  Http2Response Call(std::string_view path, std::string_view message,
                     std::string_view more_headers = "") {
    Http2Client client(port());
    client.Send(CallFrames(path, message, more_headers));
    return client.Read(1);
  }
  // Fills the budget but for `left` bytes.
  void Fill(int64_t left) {
    constexpr int64_t kReserve = kBudget / 16;
    large_.Grow(kBudget - std::max(left, kReserve));
    small_.Grow(std::max(kReserve - left, int64_t{0}));
  }
  // Returns the bytes of Fill.
  int64_t filled() const { return large_.bytes() + small_.bytes(); }
  // Returns the bytes of the calls.
  int64_t charged() const { return memory_.used() - filled(); }
  void AwaitEnd() const {
    while (charged() != 0) {
      std::this_thread::yield();
    }
  }

  RequestMemory memory_{kBudget};
  RequestMemory::Charge large_{&memory_};
  RequestMemory::Charge small_{&memory_};
  // The code of the call that was refused.
  std::promise<int> refused_;
  std::unique_ptr<Server> server_;
};

TEST_F(TransportMemoryTest, AHealthCheckIsShort) {
  EXPECT_EQ(Call(kCheck, Check("")).headers["grpc-status"], "0");

  Http2Response response = Call(kCheck, Check(std::string(5000, 'a')));

  EXPECT_EQ(response.headers["grpc-status"], "8");
  EXPECT_THAT(response.headers["grpc-message"],
              HasSubstr("4096 for /grpc.health.v1.Health/Check"));
}

TEST_F(TransportMemoryTest, AWatchOfHealthIsShort) {
  Http2Response response = Call(kWatch, Check(std::string(5000, 'a')));

  EXPECT_EQ(response.headers["grpc-status"], "8");
}

TEST_F(TransportMemoryTest, AHealthCheckNeedsNoBudget) {
  Fill(0);

  EXPECT_EQ(Call(kCheck, Check("")).headers["grpc-status"], "0");
}

TEST_F(TransportMemoryTest, AWatchIsChargedUntilItEnds) {
  const std::string service(2000, 'a');
  Http2Client client(port());
  client.Send(CallFrames(kWatch, Check(service)));
  while (client.response(1).body.empty() && !client.response(1).ended &&
         client.ReadMore()) {
  }
  EXPECT_GT(charged(), 4000);
  EXPECT_LT(charged(), 8000);

  client.Cancel(1);
  AwaitEnd();

  Fill(0);
  EXPECT_EQ(Call(kWatch, Check(service)).headers["grpc-status"], "8");
}

TEST_F(TransportMemoryTest, LargeHeadersAreCharged) {
  const std::string large = Literal("x-large", std::string(2000, 'a'));
  EXPECT_EQ(Call(kMethod, "", large).headers["grpc-status"], "0");
  Fill(100);

  EXPECT_EQ(Call(kMethod, "").headers["grpc-status"], "0");
  EXPECT_EQ(Call(kMethod, "", large).headers["grpc-status"], "8");
}

TEST_F(TransportMemoryTest, AStreamIsChargedForWhatTheClientDoesNotRead) {
  constexpr uint16_t kInitialWindowSize = 4;
  constexpr int64_t kLeft = 512 << 10;
  Fill(kLeft);
  Http2Client client(port());
  client.Send(http2_frames::SettingsFrame(kInitialWindowSize, 0) +
              HeadersFrame(1, GrpcHeaders(kStream)));
  // Acknowledges the windows of the server.
  ASSERT_TRUE(client.ReadMore());
  const std::string message = Message(std::string(1000, 'm'));
  int64_t sent = 0;
  for (; sent < kLeft / 2; sent += static_cast<int64_t>(message.size())) {
    client.Send(Frame(kData, 0, 1, message));
  }
  // About 65 responses, and the messages that wait for them to be read.
  while (charged() < sent - (2 << 10)) {
    std::this_thread::yield();
  }
  EXPECT_LT(charged(), sent + (2 << 10));

  for (; sent < kLeft; sent += static_cast<int64_t>(message.size())) {
    client.Send(Frame(kData, 0, 1, message));
  }

  EXPECT_EQ(refused_.get_future().get(), kResourceExhausted);
  client.Cancel(1);
  AwaitEnd();
}

}  // namespace
}  // namespace tfs3::grpc
