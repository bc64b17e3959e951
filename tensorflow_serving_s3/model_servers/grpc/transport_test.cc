// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/grpc_server_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

namespace tfs3::grpc {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

TEST(TransportTest, CarriesBytesBothWays) {
  ServerAndClient echo(Echo);
  const std::string bytes("a\0b\xff", 4);

  const CallResult result = echo.Call(bytes);

  EXPECT_EQ(result.code, kOk) << result.message;
  EXPECT_EQ(result.payload, bytes);
}

TEST(TransportTest, CarriesLargeMessages) {
  ServerAndClient echo(Echo);
  std::string bytes(20 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = i * 31 >> 3;
  }

  const CallResult result = echo.Call(bytes);

  EXPECT_EQ(result.code, kOk) << result.message;
  EXPECT_TRUE(result.payload == bytes);
}

TEST(TransportTest, CarriesEmptyMessages) {
  ServerAndClient echo(Echo);

  const CallResult result = echo.Call("");

  EXPECT_EQ(result.code, kOk) << result.message;
  EXPECT_EQ(result.payload, "");
}

TEST(TransportTest, CarriesErrors) {
  ServerAndClient failing([](Call call) {
    std::move(call).Finish(kNotFound, "no such thing", "");
  });

  const CallResult result = failing.Call("x");

  EXPECT_EQ(result.code, kNotFound);
  EXPECT_EQ(result.message, "no such thing");
}

TEST(TransportTest, EditErrorChangesTheErrorsOfHandlers) {
  ServerOptions options = Loopback();
  options.edit_error = [](const std::string& text) { return text + "!"; };
  ServerAndClient failing(
      [](Call call) { std::move(call).Finish(kResourceExhausted, "no", ""); },
      options);

  EXPECT_EQ(failing.Call("").message, "no!");
}

TEST(TransportTest, AnUnknownMethodIsUnimplemented) {
  ServerAndClient echo(Echo);

  const CallResult result = echo.client().Call("/test.Test/Other", "x");

  EXPECT_EQ(result.code, kUnimplemented);
  EXPECT_EQ(result.message, "this server has no method /test.Test/Other");
}

TEST(TransportTest, RefusesACallWithoutAMessage) {
  ServerAndClient echo(Echo);

  const CallResult result = echo.CallWith({});

  EXPECT_EQ(result.code, kInvalidArgument);
  EXPECT_EQ(result.message,
            "/test.Test/Call takes one request message; it received none");
}

TEST(TransportTest, RefusesACallWithTwoMessages) {
  std::atomic<int> handled{0};
  ServerAndClient counting([&](Call call) {
    ++handled;
    Echo(std::move(call));
  });

  const CallResult result = counting.CallWith({"one", "two"});

  EXPECT_EQ(result.code, kInvalidArgument);
  EXPECT_EQ(result.message,
            "/test.Test/Call takes one request message; it received several");
  EXPECT_EQ(handled, 0);
}

TEST(TransportTest, ADroppedCallIsInternal) {
  ServerAndClient dropping([](Call) {});

  const CallResult result = dropping.Call("x");

  EXPECT_EQ(result.code, kInternal);
  EXPECT_THAT(result.message, HasSubstr("without a response"));
}

TEST(TransportTest, RunsACallOnAWorkerThread) {
  std::thread::id io_thread;
  std::thread::id worker_thread;
  ServerAndClient working([&](Call call) {
    io_thread = std::this_thread::get_id();
    std::move(call).RunOnWorker([&](Call call) {
      worker_thread = std::this_thread::get_id();
      Echo(std::move(call));
    });
  });

  const CallResult result = working.Call("x");

  EXPECT_EQ(result.payload, "x");
  EXPECT_NE(io_thread, worker_thread);
}

TEST(TransportTest, AnswersOtherCallsWhileAWorkerIsBlocked) {
  std::promise<void> blocked;
  std::promise<void> release;
  ServerAndClient blocking([&](Call call) {
    if (Join(call.request()) != "block") {
      return Echo(std::move(call));
    }
    std::move(call).RunOnWorker([&](Call call) {
      blocked.set_value();
      release.get_future().wait();
      Echo(std::move(call));
    });
  });
  auto blocked_answer =
      std::async(std::launch::async, [&] { return blocking.Call("block"); });
  blocked.get_future().wait();

  EXPECT_EQ(blocking.Call("quick").payload, "quick");

  release.set_value();
  EXPECT_EQ(blocked_answer.get().payload, "block");
}

TEST(TransportTest, AnswersConcurrentCalls) {
  ServerAndClient echo([](Call call) {
    if (call.request().at(0).size % 2 == 0) {
      return Echo(std::move(call));
    }
    std::move(call).RunOnWorker(Echo);
  });
  constexpr int kThreads = 8;
  constexpr int kCalls = 50;
  std::vector<int> right(kThreads);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < kCalls; ++call) {
        const std::string bytes =
            std::to_string(thread) + "/" + std::to_string(call);
        if (echo.Call(bytes).payload == bytes) {
          ++right[thread];
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  EXPECT_THAT(right, testing::Each(kCalls));
}

TEST(TransportTest, HandlersSeeHeadersAndPeer) {
  ServerAndClient asking([](Call call) {
    std::string result(call.metadata("x-color").value_or("none"));
    result += " " + std::string(call.metadata("x-size").value_or("none"));
    result += " " + call.peer();
    std::move(call).Finish(kOk, "", std::move(result));
  });
  CallOptions options;
  options.metadata = {{"x-color", "blue"}};

  EXPECT_THAT(asking.Call("", options).payload,
              StartsWith("blue none ipv4:127.0.0.1:"));
}

TEST(TransportTest, HandlersSeeTheDeadline) {
  ServerAndClient asking([](Call call) {
    const bool endless =
        call.deadline() == std::chrono::system_clock::time_point::max();
    const bool ahead = call.deadline() > std::chrono::system_clock::now();
    std::move(call).Finish(kOk, "",
                           endless ? "endless" : (ahead ? "ahead" : "passed"));
  });
  CallOptions options;
  options.timeout = std::chrono::hours(1);

  EXPECT_EQ(asking.Call("").payload, "endless");
  EXPECT_EQ(asking.Call("", options).payload, "ahead");
}

TEST(TransportTest, HandlersSeeThatTheClientCancelled) {
  std::atomic<bool> seen{false};
  ServerAndClient waiting([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      while (!call.cancelled()) {
        std::this_thread::yield();
      }
      seen = true;
      Echo(std::move(call));
    });
  });
  CallOptions options;
  options.timeout = milliseconds(50);

  // Repeats: the deadline may pass before the client sends the call.
  while (!seen) {
    EXPECT_EQ(waiting.Call("x", options).code, kDeadlineExceeded);
  }
}

TEST(TransportTest, WorkersSeeThatTheClientCancelledInTheQueue) {
  std::promise<void> release;
  std::atomic<int> ran{0};
  std::atomic<int> cancelled{0};
  std::atomic<bool> second_is_queued{false};
  ServerOptions options = Loopback();
  options.num_workers = 1;
  {
    ServerAndClient queueing(
        [&](Call call) {
          if (Join(call.request()) == "first") {
            std::move(call).RunOnWorker([&](Call call) {
              release.get_future().wait();
              Echo(std::move(call));
            });
          } else {
            // Joins the queue after its client has cancelled.
            while (!call.cancelled()) {
              std::this_thread::yield();
            }
            std::move(call).RunOnWorker([&](Call call) {
              ++ran;
              if (call.cancelled()) {
                ++cancelled;
              }
              Echo(std::move(call));
            });
            second_is_queued = true;
          }
        },
        options);
    auto first =
        std::async(std::launch::async, [&] { return queueing.Call("first"); });
    CallOptions short_wait;
    short_wait.timeout = milliseconds(50);
    // Repeats: the deadline may pass before the client sends the call.
    while (!second_is_queued) {
      EXPECT_EQ(queueing.Call("second", short_wait).code, kDeadlineExceeded);
    }
    release.set_value();
    EXPECT_EQ(first.get().payload, "first");
  }

  EXPECT_GT(ran, 0);
  EXPECT_EQ(cancelled, ran);
}

StartResult StartStream(StreamHandler handler) {
  return Server::Start(Loopback(), {},
                       {{"/test.Test/Stream", std::move(handler)}});
}

TEST(TransportTest, AStreamGetsAnAnswerForEachMessage) {
  std::vector<std::string> messages;
  const StartResult started =
      StartStream([&messages](const std::vector<Slice>& message) {
        messages.push_back(Join(message));
        return std::optional<std::string>(messages.back() + "!");
      });
  TestingClient client(AddressOf(*started.server));

  const CallResult result = client.CallWith("/test.Test/Stream", {"a", "b"});

  EXPECT_EQ(result.code, kOk) << result.message;
  EXPECT_EQ(result.payload, "a!b!");
  EXPECT_THAT(messages, testing::ElementsAre("a", "b"));
}

TEST(TransportTest, AnInvalidMessageEndsTheStream) {
  const StartResult started =
      StartStream([](const std::vector<Slice>& /*message*/) {
        return std::optional<std::string>();
      });
  TestingClient client(AddressOf(*started.server));

  const CallResult result = client.Call("/test.Test/Stream", "a");

  EXPECT_EQ(result.code, kInvalidArgument);
  EXPECT_THAT(result.message, HasSubstr("/test.Test/Stream cannot parse"));
}

}  // namespace
}  // namespace tfs3::grpc
