// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Limits of calls, and the reports of calls that they refuse.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

namespace tfs3::grpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TransportLimitsTest, ARequestAboveTheSizeLimitIsResourceExhausted) {
  ServerOptions options = Loopback();
  options.max_request_bytes = 1000;
  ServerAndClient echo(Echo, options);

  EXPECT_EQ(echo.Call(std::string(1000, 'x')).code, kOk);
  EXPECT_EQ(echo.Call(std::string(1001, 'x')).code, kResourceExhausted);
}

TEST(TransportLimitsTest, AChannelArgumentLimitsTheSizeToo) {
  ServerOptions options = Loopback();
  options.channel_arguments = {{"grpc.max_receive_message_length", "+1000"}};
  ServerAndClient echo(Echo, options);

  EXPECT_EQ(echo.Call(std::string(1000, 'x')).code, kOk);
  EXPECT_EQ(echo.Call(std::string(1001, 'x')).code, kResourceExhausted);
}

TEST(TransportLimitsTest, AMessageAboveTheMemoryBudgetIsResourceExhausted) {
  RequestMemory memory(16 << 20);
  ServerOptions options = Loopback();
  options.memory = &memory;
  {
    ServerAndClient echo(Echo, options);

    RequestMemory::Charge others(&memory);
    others.Grow(15 << 20);
    const CallResult large = echo.Call(std::string(2 << 20, 'x'));

    EXPECT_EQ(large.code, kResourceExhausted);
    EXPECT_THAT(large.message, HasSubstr("--request_memory_mib"));
    EXPECT_EQ(echo.Call("small").code, kOk);
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(TransportLimitsTest, TheChargeOfAHandlerEndsWithTheCall) {
  RequestMemory memory(16 << 20);
  ServerOptions options = Loopback();
  options.memory = &memory;
  {
    ServerAndClient charging(
        [](Call call) {
          call.charge()->Grow(int64_t{1} << 20);
          if (Join(call.request()) == "much") {
            call.charge()->Grow(int64_t{1} << 30);
          }
          Echo(std::move(call));
        },
        options);

    EXPECT_EQ(charging.Call("little").code, kOk);
    EXPECT_EQ(charging.Call("much").code, kResourceExhausted);
    while (memory.used() != 0) {
      std::this_thread::yield();
    }
  }
}

TEST(TransportLimitsTest, CompressedMessagesAreInflated) {
  RequestMemory memory(16 << 20);
  ServerOptions options = Loopback();
  options.memory = &memory;
  {
    ServerAndClient echo(Echo, options);
    for (const char* compression : {"gzip", "deflate"}) {
      CallOptions compressed;
      compressed.compression = compression;
      for (const size_t size : {1000, 1 << 20}) {
        const std::string message(size, 'x');
        const CallResult result = echo.Call(message, compressed);
        EXPECT_EQ(result.code, kOk) << result.message;
        EXPECT_TRUE(result.payload == message) << compression << size;
      }
    }
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(TransportLimitsTest, LimitsApplyToTheInflatedSize) {
  RequestMemory memory(32 << 20);
  ServerOptions options = Loopback();
  options.memory = &memory;
  options.max_request_bytes = 16 << 20;
  {
    ServerAndClient echo(Echo, options);
    CallOptions compressed;
    compressed.compression = "gzip";

    const CallResult beyond_limit =
        echo.Call(std::string(17 << 20, 'x'), compressed);
    EXPECT_EQ(beyond_limit.code, kResourceExhausted);
    EXPECT_THAT(beyond_limit.message,
                HasSubstr("--grpc_max_receive_message_bytes"));

    RequestMemory::Charge others(&memory);
    others.Grow(30 << 20);
    const CallResult beyond_budget =
        echo.Call(std::string(4 << 20, 'x'), compressed);
    EXPECT_EQ(beyond_budget.code, kResourceExhausted);
    EXPECT_THAT(beyond_budget.message, HasSubstr("--request_memory_mib"));
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(TransportLimitsTest, ACallAboveTheQueueLimitIsResourceExhausted) {
  std::promise<void> go;
  std::shared_future<void> gone(go.get_future());
  std::atomic<int> running{0};
  RequestGate gate;
  ServerOptions options = Loopback();
  options.num_workers = 1;
  options.max_waiting = 1;
  options.gate = &gate;
  ServerAndClient waiting(
      [&](Call call) {
        std::move(call).RunOnWorker([&](Call call) {
          ++running;
          gone.wait();
          Echo(std::move(call));
        });
      },
      options);
  std::vector<std::thread> clients;
  clients.emplace_back([&] { EXPECT_EQ(waiting.Call("1").code, kOk); });
  while (running < 1) {
    std::this_thread::yield();
  }
  clients.emplace_back([&] { EXPECT_EQ(waiting.Call("2").code, kOk); });
  while (gate.size() < 2) {
    std::this_thread::yield();
  }

  const CallResult refused = waiting.Call("3");

  EXPECT_EQ(refused.code, kResourceExhausted);
  EXPECT_THAT(refused.message, HasSubstr("--max_waiting_requests"));
  go.set_value();
  for (std::thread& client : clients) {
    client.join();
  }
}

TEST(TransportLimitsTest, AHandlerThatRunsOutOfMemoryIsResourceExhausted) {
  ServerAndClient failing([](Call call) {
    if (Join(call.request()) == "huge") {
      throw std::bad_alloc();
    }
    Echo(std::move(call));
  });

  const CallResult result = failing.Call("huge");
  EXPECT_EQ(result.code, kResourceExhausted);
  EXPECT_THAT(result.message, HasSubstr("ran out of memory"));
  EXPECT_EQ(failing.Call("small").code, kOk);
}

TEST(TransportLimitsTest, AWorkerThatRunsOutOfMemoryIsResourceExhausted) {
  ServerAndClient failing([](Call call) {
    std::move(call).RunOnWorker([](Call) { throw std::bad_alloc(); });
  });

  EXPECT_EQ(failing.Call("").code, kResourceExhausted);
}

TEST(TransportLimitsTest, ACallIsInTheGateUntilItsAnswer) {
  RequestGate gate;
  ServerOptions options = Loopback();
  options.gate = &gate;
  std::atomic<int64_t> inside{0};
  {
    ServerAndClient echo(
        [&](Call call) {
          inside = gate.size();
          Echo(std::move(call));
        },
        options);
    EXPECT_EQ(echo.Call("x").payload, "x");
  }
  EXPECT_EQ(inside, 1);
  EXPECT_EQ(gate.size(), 0);
}

TEST(TransportLimitsTest, AClosedGateAnswersUnavailable) {
  RequestGate gate;
  ServerOptions options = Loopback();
  options.gate = &gate;
  ServerAndClient echo(Echo, options);
  gate.Close();

  const CallResult result = echo.Call("x");

  EXPECT_EQ(result.code, kUnavailable);
  EXPECT_THAT(result.message, HasSubstr("stopping"));
}

// Records the refusals that a server reports.
class Refusals {
 public:
  std::function<void(const CallRefusal&)> Listener() {
    return [this](const CallRefusal& refusal) {
      std::lock_guard<std::mutex> lock(mu_);
      texts_.push_back(std::string(refusal.method) + " " +
                       std::to_string(refusal.code) + " " +
                       std::to_string(refusal.request_bytes));
    };
  }
  std::vector<std::string> texts() {
    std::lock_guard<std::mutex> lock(mu_);
    return texts_;
  }

 private:
  std::mutex mu_;
  std::vector<std::string> texts_;
};

TEST(TransportLimitsTest, ReportsCallsThatTheBudgetRefuses) {
  RequestMemory memory(1 << 20);
  Refusals refusals;
  ServerOptions options = Loopback();
  options.memory = &memory;
  options.on_refusal = refusals.Listener();
  ServerAndClient echo(Echo, options);

  RequestMemory::Charge others(&memory);
  others.Grow(700000);
  EXPECT_EQ(echo.Call(std::string(400000, 'x')).code, kResourceExhausted);

  EXPECT_THAT(refusals.texts(), ElementsAre("/test.Test/Call 8 400000"));
}

TEST(TransportLimitsTest, ReportsCallsThatAClosedGateRefuses) {
  RequestGate gate;
  gate.Close();
  Refusals refusals;
  ServerOptions options = Loopback();
  options.gate = &gate;
  options.on_refusal = refusals.Listener();
  ServerAndClient echo(Echo, options);

  EXPECT_EQ(echo.Call("12345").code, kUnavailable);

  EXPECT_THAT(refusals.texts(), ElementsAre("/test.Test/Call 14 5"));
}

TEST(TransportLimitsTest, DoesNotReportCallsThatAHandlerAnswers) {
  Refusals refusals;
  ServerOptions options = Loopback();
  options.on_refusal = refusals.Listener();
  ServerAndClient failing(
      [](Call call) { std::move(call).Finish(kNotFound, "", ""); }, options);

  EXPECT_EQ(failing.Call("").code, kNotFound);

  EXPECT_THAT(refusals.texts(), IsEmpty());
}

TEST(TransportLimitsTest, DoesNotReportCallsWhoseAnswerIsNotRead) {
  RequestGate gate;
  Refusals refusals;
  ServerOptions options = Loopback();
  options.gate = &gate;
  options.receive_timeout = std::chrono::milliseconds(200);
  options.on_refusal = refusals.Listener();
  std::promise<void> answered;
  ServerAndClient answering(
      [&](Call call) {
        // More than the flow control windows of HTTP/2 and the socket buffers.
        std::move(call).Finish(kOk, "", std::string(64 << 20, 'x'));
        answered.set_value();
      },
      options);
  CallOptions late;
  late.before_reading = [&] {
    answered.get_future().wait();
    // The call ends when the server has cancelled it.
    while (gate.size() > 0) {
      std::this_thread::yield();
    }
  };

  EXPECT_NE(answering.Call("", late).code, kOk);

  EXPECT_THAT(refusals.texts(), IsEmpty());
}

}  // namespace
}  // namespace tfs3::grpc
