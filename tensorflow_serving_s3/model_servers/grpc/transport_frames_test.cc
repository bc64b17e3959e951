// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// What a client sees on the wire that sends and reads frames of HTTP/2 itself.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"

namespace tfs3::grpc {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kMethod[] = "/test.Test/Call";

// A connection to the first port of a server.
class RawConnection {
 public:
  explicit RawConnection(const Server& server) : fd_(MakeSocket()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.ports().at(0));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { close(fd_); }

  // Returns false if the server has closed the connection.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // Sends the preface, the settings and `bytes`.
  void Begin(std::string_view bytes) {
    Send(kPreface + Frame(kSettings, 0, 0, "") + std::string(bytes));
  }

  // Reads until `done` returns true or the connection ends. Returns all bytes
  // received.
  const std::string& ReadUntil(const std::function<bool()>& done) {
    while (!done() && !ended_) {
      char buffer[16 << 10];
      const ssize_t size = recv(fd_, buffer, sizeof buffer, 0);
      if (size <= 0) {
        ended_ = true;
      } else {
        received_.append(buffer, static_cast<size_t>(size));
      }
    }
    return received_;
  }
  const std::string& ReadToTheEnd() {
    return ReadUntil([] { return false; });
  }
  // Reads until `count` frames of a type have come.
  const std::string& ReadFrames(uint8_t type, size_t count = 1) {
    return ReadUntil([&] { return CountOf(type, received_) >= count; });
  }
  bool ended() const { return ended_; }
  size_t Count(uint8_t type) const { return CountOf(type, received_); }

  // Joins the payloads of the DATA frames.
  std::string Data() const {
    std::string data;
    for (const FrameView& frame : FramesIn(received_)) {
      if (frame.type == kData) {
        data += frame.payload;
      }
    }
    return data;
  }

 private:
  static int MakeSocket() {
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  }

  const int fd_;
  std::string received_;
  bool ended_ = false;
};

std::string CallHeaders(std::string_view more = "",
                        uint8_t flags = kEndHeaders) {
  return HeadersFrame(1, GrpcHeaders(kMethod) + std::string(more), flags);
}

// Returns the headers of a request of REST.
std::string NotGrpcHeaders(std::string_view method = "POST",
                           std::string_view content_type = "application/json") {
  return Literal(":method", method) + Literal(":scheme", "http") +
         Literal(":path", "/v1/models/m:predict") +
         Literal(":authority", "localhost") +
         Literal("content-type", content_type);
}

std::string Request(std::string_view message) {
  return Frame(kData, kEndStream, 1, Message(message));
}

std::string LargeMessage() { return Message(std::string(2 << 20, 'x')); }

class TransportFramesTest : public testing::Test {
 protected:
  TransportFramesTest() {
    options_.receive_timeout = milliseconds(200);
    options_.serve_health = true;
  }

  // A test whose options or handler refer to its variables ends with
  // server_.reset().
  Server& Start(Handler handler = Echo) {
    server_ = StartServer(options_, {{kMethod, std::move(handler)}});
    return *server_;
  }

  ServerOptions options_ = Loopback();
  std::unique_ptr<Server> server_;
};

TEST_F(TransportFramesTest, AnswersACall) {
  RawConnection client(Start());
  client.Begin(CallHeaders() + Request("hello"));

  client.ReadFrames(kHeaders, 2);

  EXPECT_EQ(client.Data(), Message("hello"));
}

TEST_F(TransportFramesTest, AClientThatSendsNothingIsDisconnected) {
  RawConnection client(Start());

  client.ReadToTheEnd();

  EXPECT_TRUE(client.ended());
}

TEST_F(TransportFramesTest, SlowHeadersEndTheConnection) {
  RawConnection client(Start());
  client.Begin(CallHeaders("", /*flags=*/0));

  client.ReadToTheEnd();

  EXPECT_EQ(client.Count(kGoaway), 1u);
}

TEST_F(TransportFramesTest, APartOfAFrameEndsTheConnection) {
  RawConnection client(Start());
  client.Begin(CallHeaders().substr(0, 20));

  client.ReadToTheEnd();

  EXPECT_EQ(client.Count(kGoaway), 1u);
}

TEST_F(TransportFramesTest, ASlowBodyEndsTheCall) {
  RequestMemory memory(1 << 20);
  options_.memory = &memory;
  std::promise<int> refused;
  options_.on_refusal = [&](const CallRefusal& refusal) {
    refused.set_value(refusal.code);
  };
  RawConnection client(Start());
  client.Begin(CallHeaders() +
               Frame(kData, 0, 1, Message("hello").substr(0, 7)));

  client.ReadFrames(kRstStream);

  EXPECT_FALSE(client.ended());
  EXPECT_EQ(refused.get_future().get(), kDeadlineExceeded);
  EXPECT_EQ(memory.used(), 0);
  server_.reset();
}

TEST_F(TransportFramesTest, AnAnswerThatTheWindowHoldsBackIsCancelled) {
  constexpr uint16_t kInitialWindowSize = 4;
  RawConnection client(Start());
  client.Begin(SettingsFrame(kInitialWindowSize, 0) + CallHeaders() +
               Request("hello"));

  client.ReadFrames(kRstStream);

  EXPECT_FALSE(client.ended());
  EXPECT_EQ(client.Data(), "");
}

TEST_F(TransportFramesTest, AMessageThatEndsTooEarlyIsAnError) {
  std::promise<int> refused;
  options_.on_refusal = [&](const CallRefusal& refusal) {
    refused.set_value(refusal.code);
  };
  RawConnection client(Start());
  client.Begin(CallHeaders() +
               Frame(kData, kEndStream, 1, Message("hello").substr(0, 7)));

  EXPECT_EQ(refused.get_future().get(), kInternal);
}

TEST_F(TransportFramesTest, HeadersWithoutAnEndEndTheConnection) {
  RawConnection client(Start());
  client.Begin(CallHeaders("", /*flags=*/0));
  const std::string more =
      Frame(kContinuation, 0, 1, Literal("x-header", std::string(1000, 'a')));
  for (int i = 0; i < 1000 && client.Send(more); ++i) {
  }

  client.ReadToTheEnd();

  EXPECT_TRUE(client.ended());
}

TEST_F(TransportFramesTest, TheOtherCallsOfAConnectionContinueAfterAnError) {
  RawConnection client(Start());
  client.Begin(CallHeaders() + ResetFrame(1) +
               HeadersFrame(3, GrpcHeaders("/none")) +
               HeadersFrame(5, GrpcHeaders(kMethod)) +
               Frame(kData, kEndStream, 5, Message("hello")));

  client.ReadUntil([&] { return client.Data() == Message("hello"); });

  EXPECT_FALSE(client.ended());
}

TEST_F(TransportFramesTest, AClientOfHttp1GetsAnExplanation) {
  RawConnection client(Start());
  client.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

  const std::string& response = client.ReadToTheEnd();

  EXPECT_THAT(response, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(response, HasSubstr("gRPC"));
}

TEST_F(TransportFramesTest, ARequestThatIsNotGrpcGetsAnExplanation) {
  struct Case {
    std::string method;
    std::string content_type;
    std::string status;  // In HPACK.
    bool has_text;
  };
  for (const Case& test : {Case{"POST", "application/json", "415", true},
                           Case{"GET", "application/grpc", "405", true},
                           Case{"HEAD", "application/json", "405", false}}) {
    RawConnection client(Start());
    client.Begin(HeadersFrame(1, NotGrpcHeaders(test.method, test.content_type),
                              kEndHeaders | kEndStream));

    client.ReadFrames(test.has_text ? kData : kHeaders);

    EXPECT_THAT(client.Data(),
                HasSubstr(test.has_text ? "--rest_api_port" : ""));
    for (const FrameView& frame : FramesIn(client.ReadFrames(kHeaders))) {
      if (frame.type == kHeaders) {
        EXPECT_THAT(std::string(frame.payload), HasSubstr(test.status));
        EXPECT_EQ((frame.flags & kEndStream) == 0, test.has_text);
      }
    }
  }
}

// curl drops a response that RST_STREAM follows.
TEST_F(TransportFramesTest, TheRestOfARequestRefusedByItsHeadersIsDiscarded) {
  for (const std::string& headers :
       {NotGrpcHeaders(), GrpcHeaders("/no/Method"),
        GrpcHeaders(kMethod) + Literal("grpc-encoding", "br")}) {
    RawConnection client(Start());
    client.Begin(HeadersFrame(1, headers));
    client.ReadFrames(kHeaders);
    const std::string data = Frame(kData, 0, 1, std::string(16'000, 'x'));
    for (int i = 0; i < 200; ++i) {
      client.Send(data);
    }
    client.Send(Frame(kData, kEndStream, 1, "x"));

    // The server wakes a client that waits for bytes.
    client.ReadFrames(kPing);

    EXPECT_EQ(client.Count(kPing), 1u);
    EXPECT_EQ(client.Count(kRstStream), 0u);
  }
}

TEST_F(TransportFramesTest, ARefusalThatTheWindowHoldsBackIsCancelled) {
  constexpr uint16_t kInitialWindowSize = 4;
  RawConnection client(Start());
  client.Begin(SettingsFrame(kInitialWindowSize, 0) +
               HeadersFrame(1, NotGrpcHeaders()));

  client.ReadFrames(kRstStream);

  EXPECT_FALSE(client.ended());
  EXPECT_EQ(client.Data(), "");
}

TEST_F(TransportFramesTest, ALargeCallAboveTheQueueLimitNeedNotBeSent) {
  std::promise<void> running;
  std::promise<void> release;
  std::shared_future<void> released(release.get_future());
  TransportCounters counters;
  options_.counters = &counters;
  options_.receive_timeout = std::chrono::minutes(1);
  options_.num_workers = 1;
  options_.max_waiting = 1;
  RawConnection client(Start([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      if (Join(call.request()) == "first") {
        running.set_value();
        released.wait();
      }
      Echo(std::move(call));
    });
  }));
  client.Begin(CallHeaders() + Request("first"));
  running.get_future().wait();

  client.Send(HeadersFrame(3, GrpcHeaders(kMethod), kEndHeaders) +
              Frame(kData, kEndStream, 3, Message("waits")) +
              HeadersFrame(5, GrpcHeaders(kMethod), kEndHeaders) +
              Frame(kData, 0, 5, LargeMessage().substr(0, 100)));
  client.ReadFrames(kRstStream);
  release.set_value();

  EXPECT_FALSE(client.ended());
  EXPECT_EQ(counters.refused_by_queue, 1);
  server_.reset();
}

TEST_F(TransportFramesTest, AClientThatIsSlowMaySendAllLargeCalls) {
  options_.receive_timeout = std::chrono::minutes(1);
  RawConnection client(Start());
  const std::string acknowledgement = Frame(kSettings, kAck, 0, "");
  std::string calls = acknowledgement;
  for (uint32_t id = 1; id <= 11; id += 2) {
    calls += HeadersFrame(id, GrpcHeaders(kMethod), kEndHeaders) +
             Frame(kData, 0, id, LargeMessage().substr(0, 100));
  }
  client.Begin(calls);
  client.ReadFrames(kSettings, 3);
  client.Send(acknowledgement);

  // One for the connection, four before the windows are narrow, six after that.
  client.ReadFrames(kWindowUpdate, 11);

  EXPECT_FALSE(client.ended());
}

TEST_F(TransportFramesTest, ResponsesAreCompressedIfTheClientAcceptsIt) {
  options_.channel_arguments = {{"grpc.default_compression_algorithm", "2"}};
  RawConnection client(Start());
  const std::string text(1000, 'x');
  client.Begin(CallHeaders(Literal("grpc-accept-encoding", "identity,gzip")) +
               Request(text));
  client.ReadFrames(kHeaders, 2);
  RawConnection other(*server_);
  other.Begin(CallHeaders() + Request(text));
  other.ReadFrames(kHeaders, 2);

  EXPECT_EQ(client.Data().at(0), 1);
  EXPECT_LT(client.Data().size(), 100u);
  EXPECT_EQ(other.Data(), Message(text));
}

TEST_F(TransportFramesTest, ShutdownSaysGoodbyeInTwoSteps) {
  std::promise<void> release;
  std::promise<void> running;
  RawConnection client(Start([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      running.set_value();
      release.get_future().wait();
      Echo(std::move(call));
    });
  }));
  client.Begin(CallHeaders() + Request("late"));
  running.get_future().wait();
  auto stopped = std::async(
      std::launch::async, [&] { server_->Shutdown(std::chrono::minutes(1)); });

  client.ReadFrames(kPing);
  EXPECT_EQ(client.Count(kGoaway), 1u);
  client.Send(Frame(kPing, kAck, 0, std::string(8, '\0')));
  client.ReadFrames(kGoaway, 2);
  release.set_value();
  client.ReadToTheEnd();

  EXPECT_EQ(client.Data(), Message("late"));
  stopped.get();
}

TEST_F(TransportFramesTest, ACallOnItsWayIsAnsweredThoughTheGateIsClosed) {
  RequestGate gate;
  options_.gate = &gate;
  Server& server = Start();
  RawConnection client(server);
  client.Begin("");
  client.ReadFrames(kSettings, 2);

  server.BeginShutdown();
  gate.Close();
  client.ReadFrames(kPing);
  client.Send(CallHeaders() + Request("late") +
              Frame(kPing, kAck, 0, std::string(8, '\0')));
  client.ReadToTheEnd();

  EXPECT_EQ(client.Data(), Message("late"));
  EXPECT_EQ(gate.size(), 0);
  server_.reset();
}

TEST_F(TransportFramesTest, AConnectionEndsAtItsMaximumAge) {
  options_.channel_arguments = {{"grpc.max_connection_age_ms", "100"}};
  RawConnection client(Start());
  client.Begin("");

  client.ReadToTheEnd();

  EXPECT_EQ(client.Count(kGoaway), 2u);
}

TEST_F(TransportFramesTest, AnIdleConnectionEnds) {
  options_.channel_arguments = {{"grpc.max_connection_idle_ms", "100"}};
  RawConnection client(Start());
  client.Begin(CallHeaders() + Request("hello"));

  client.ReadToTheEnd();

  EXPECT_EQ(client.Data(), Message("hello"));
  EXPECT_EQ(client.Count(kGoaway), 2u);
}

TEST_F(TransportFramesTest, AClientThatAnswersNoPingIsDisconnected) {
  options_.channel_arguments = {{"grpc.keepalive_time_ms", "50"},
                                {"grpc.keepalive_timeout_ms", "50"},
                                {"grpc.keepalive_permit_without_calls", "1"}};
  RawConnection client(Start());
  client.Begin("");

  client.ReadToTheEnd();

  EXPECT_EQ(client.Count(kPing), 1u);
}

TEST_F(TransportFramesTest, AWatchOfHealthGetsEachStatus) {
  options_.receive_timeout = std::chrono::minutes(1);
  Server& server = Start();
  RawConnection client(server);
  client.Begin(HeadersFrame(1, GrpcHeaders("/grpc.health.v1.Health/Watch")) +
               Frame(kData, kEndStream, 1, Message("\x0a\x04half")));
  const std::string unknown = Message("\x08\x03");
  const std::string serving = Message("\x08\x01");
  const std::string not_serving = Message("\x08\x02");

  client.ReadFrames(kData, 1);
  EXPECT_EQ(client.Data(), unknown);
  server.SetServing("half", true);
  client.ReadFrames(kData, 2);
  EXPECT_EQ(client.Data(), unknown + serving);
  server.SetServing("half", true);
  server.SetNothingServing();
  client.ReadFrames(kData, 3);
  EXPECT_EQ(client.Data(), unknown + serving + not_serving);
  auto stopped = std::async(std::launch::async,
                            [&] { server.Shutdown(std::chrono::minutes(1)); });
  client.ReadFrames(kPing);
  client.Send(Frame(kPing, kAck, 0, std::string(8, '\0')));
  client.ReadToTheEnd();
  stopped.get();
}

}  // namespace
}  // namespace tfs3::grpc
