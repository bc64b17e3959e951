// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/testing/certificate_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"

namespace tfs3::grpc {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Numbers of gRPC's status codes.
constexpr int kOk = 0;
constexpr int kInvalidArgument = 3;
constexpr int kDeadlineExceeded = 4;
constexpr int kNotFound = 5;
constexpr int kResourceExhausted = 8;
constexpr int kUnimplemented = 12;
constexpr int kInternal = 13;
constexpr int kUnavailable = 14;

std::string Join(const std::vector<Slice>& slices) {
  std::string bytes;
  for (const Slice& slice : slices) bytes.append(slice.data, slice.size);
  return bytes;
}

void Echo(Call call) {
  std::string answer = Join(call.request());
  std::move(call).Finish(kOk, "", std::move(answer));
}

ServerOptions Loopback() {
  ServerOptions options;
  options.addresses = {"127.0.0.1:0"};
  return options;
}

std::unique_ptr<Server> StartOrDie(const ServerOptions& options,
                                   MethodTable methods) {
  StartResult started = Server::Start(options, std::move(methods));
  EXPECT_EQ(started.error, "");
  return std::move(started.server);
}

std::string AddressOf(const Server& server) {
  return "127.0.0.1:" + std::to_string(server.ports().at(0));
}

// Serves one handler as "/test.Test/Call" and calls it.
class ServerAndClient {
 public:
  explicit ServerAndClient(Handler handler,
                           const ServerOptions& options = Loopback())
      : server_(StartOrDie(options, {{kMethod, std::move(handler)}})),
        client_(AddressOf(*server_)) {}

  Server& server() { return *server_; }
  TestingClient& client() { return client_; }

  Answer Call(const std::string& request, const CallOptions& options = {}) {
    return client_.Call(kMethod, request, options);
  }
  Answer CallWith(const std::vector<std::string>& requests) {
    return client_.CallWith(kMethod, requests);
  }

 private:
  static constexpr char kMethod[] = "/test.Test/Call";

  std::unique_ptr<Server> server_;
  TestingClient client_;
};

// A folder of its own for a UNIX socket, whose path must be shorter than 108
// bytes: Bazel's folders for tests may be longer than that.
class SocketFolder {
 public:
  SocketFolder() { EXPECT_NE(::mkdtemp(path_.data()), nullptr); }
  ~SocketFolder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/transport_test_XXXXXX";
};

TEST(TransportTest, CarriesBytesBothWays) {
  ServerAndClient echo(Echo);
  const std::string bytes("a\0b\xff", 4);

  const Answer answer = echo.Call(bytes);

  EXPECT_EQ(answer.code, kOk) << answer.message;
  EXPECT_EQ(answer.payload, bytes);
}

TEST(TransportTest, CarriesMessagesOfManyPieces) {
  ServerAndClient echo(Echo);
  std::string bytes(20 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = i * 31 >> 3;

  const Answer answer = echo.Call(bytes);

  EXPECT_EQ(answer.code, kOk) << answer.message;
  EXPECT_TRUE(answer.payload == bytes);
}

TEST(TransportTest, CarriesEmptyMessages) {
  ServerAndClient echo(Echo);

  const Answer answer = echo.Call("");

  EXPECT_EQ(answer.code, kOk) << answer.message;
  EXPECT_EQ(answer.payload, "");
}

TEST(TransportTest, CarriesErrors) {
  ServerAndClient failing([](Call call) {
    std::move(call).Finish(kNotFound, "no such thing", "");
  });

  const Answer answer = failing.Call("x");

  EXPECT_EQ(answer.code, kNotFound);
  EXPECT_EQ(answer.message, "no such thing");
}

TEST(TransportTest, NamesTheMethodThatIsNotThere) {
  ServerAndClient echo(Echo);

  const Answer answer = echo.client().Call("/test.Test/Other", "x");

  EXPECT_EQ(answer.code, kUnimplemented);
  EXPECT_EQ(answer.message, "this server has no method /test.Test/Other");
}

TEST(TransportTest, RefusesACallWithoutAMessage) {
  ServerAndClient echo(Echo);

  const Answer answer = echo.CallWith({});

  EXPECT_EQ(answer.code, kInvalidArgument);
  EXPECT_EQ(answer.message,
            "/test.Test/Call takes one request message, and it got none");
}

TEST(TransportTest, RefusesACallWithTwoMessages) {
  std::atomic<int> handled{0};
  ServerAndClient counting([&](Call call) {
    ++handled;
    Echo(std::move(call));
  });

  const Answer answer = counting.CallWith({"one", "two"});

  EXPECT_EQ(answer.code, kInvalidArgument);
  EXPECT_EQ(answer.message,
            "/test.Test/Call takes one request message, and it got more");
  EXPECT_EQ(handled, 0);
}

TEST(TransportTest, AnswersForAHandlerThatDropsItsCall) {
  ServerAndClient dropping([](Call) {});

  const Answer answer = dropping.Call("x");

  EXPECT_EQ(answer.code, kInternal);
  EXPECT_THAT(answer.message, HasSubstr("without an answer"));
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

  const Answer answer = working.Call("x");

  EXPECT_EQ(answer.payload, "x");
  EXPECT_NE(io_thread, worker_thread);
}

TEST(TransportTest, AnswersOtherCallsWhileAWorkerIsBlocked) {
  std::promise<void> blocked;
  std::promise<void> release;
  ServerAndClient blocking([&](Call call) {
    if (Join(call.request()) != "block") return Echo(std::move(call));
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

TEST(TransportTest, AnswersManyCallsAtOnce) {
  ServerAndClient echo([](Call call) {
    if (call.request().at(0).size % 2 == 0) return Echo(std::move(call));
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
        if (echo.Call(bytes).payload == bytes) ++right[thread];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(right, testing::Each(kCalls));
}

TEST(TransportTest, TellsHeadersAndPeer) {
  ServerAndClient asking([](Call call) {
    std::string answer(call.metadata("x-color").value_or("none"));
    answer += " " + std::string(call.metadata("x-size").value_or("none"));
    answer += " " + call.peer();
    std::move(call).Finish(kOk, "", std::move(answer));
  });
  CallOptions options;
  options.metadata = {{"x-color", "blue"}};

  EXPECT_THAT(asking.Call("", options).payload,
              StartsWith("blue none ipv4:127.0.0.1:"));
}

TEST(TransportTest, TellsTheDeadline) {
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

TEST(TransportTest, TellsThatTheClientHasGone) {
  std::atomic<bool> seen{false};
  ServerAndClient waiting([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      while (!call.cancelled()) std::this_thread::yield();
      seen = true;
      Echo(std::move(call));
    });
  });
  CallOptions options;
  options.timeout = milliseconds(50);

  // Again, should a client have given up before its call was sent.
  while (!seen) {
    EXPECT_EQ(waiting.Call("x", options).code, kDeadlineExceeded);
  }
}

TEST(TransportTest, AWorkerLearnsThatNobodyWaitsAnyMore) {
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
            // Queued once its client has gone.
            while (!call.cancelled()) std::this_thread::yield();
            std::move(call).RunOnWorker([&](Call call) {
              ++ran;
              if (call.cancelled()) ++cancelled;
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
    // Again, should a client have given up before its call was sent.
    while (!second_is_queued) {
      EXPECT_EQ(queueing.Call("second", short_wait).code, kDeadlineExceeded);
    }
    release.set_value();
    EXPECT_EQ(first.get().payload, "first");
  }

  EXPECT_GT(ran, 0);
  EXPECT_EQ(cancelled, ran);
}

TEST(TransportTest, RefusesRequestsThatAreTooLong) {
  ServerOptions options = Loopback();
  options.max_request_bytes = 1000;
  ServerAndClient echo(Echo, options);

  EXPECT_EQ(echo.Call(std::string(1000, 'x')).code, kOk);
  EXPECT_EQ(echo.Call(std::string(1001, 'x')).code, kResourceExhausted);
}

TEST(TransportTest, AMessageBeyondTheMemoryBudgetIsResourceExhausted) {
  RequestMemory memory(16 << 20);
  ServerOptions options = Loopback();
  options.memory = &memory;
  {
    ServerAndClient echo(Echo, options);

    RequestMemory::Charge others(&memory);
    others.Grow(15 << 20);
    const Answer large = echo.Call(std::string(2 << 20, 'x'));

    EXPECT_EQ(large.code, kResourceExhausted);
    EXPECT_THAT(large.message, HasSubstr("--request_memory_mib"));
    EXPECT_EQ(echo.Call("small").code, kOk);
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(TransportTest, ACallBeyondThoseThatMayWaitIsResourceExhausted) {
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
  while (running < 1) std::this_thread::yield();
  clients.emplace_back([&] { EXPECT_EQ(waiting.Call("2").code, kOk); });
  while (gate.size() < 2) std::this_thread::yield();

  const Answer refused = waiting.Call("3");

  EXPECT_EQ(refused.code, kResourceExhausted);
  EXPECT_THAT(refused.message, HasSubstr("--max_waiting_requests"));
  go.set_value();
  for (std::thread& client : clients) client.join();
}

TEST(TransportTest, AHandlerThatRunsOutOfMemoryIsResourceExhausted) {
  ServerAndClient failing([](Call call) {
    if (Join(call.request()) == "huge") throw std::bad_alloc();
    Echo(std::move(call));
  });

  const Answer answer = failing.Call("huge");
  EXPECT_EQ(answer.code, kResourceExhausted);
  EXPECT_THAT(answer.message, HasSubstr("ran out of memory"));
  EXPECT_EQ(failing.Call("small").code, kOk);
}

TEST(TransportTest, AWorkerThatRunsOutOfMemoryIsResourceExhausted) {
  ServerAndClient failing([](Call call) {
    std::move(call).RunOnWorker([](Call) { throw std::bad_alloc(); });
  });

  EXPECT_EQ(failing.Call("").code, kResourceExhausted);
}

// Keeps the refusals that a server tells of.
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

TEST(TransportTest, TellsOfCallsThatTheBudgetRefuses) {
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

TEST(TransportTest, TellsOfCallsThatAClosedGateRefuses) {
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

TEST(TransportTest, DoesNotTellOfCallsThatAHandlerAnswers) {
  Refusals refusals;
  ServerOptions options = Loopback();
  options.on_refusal = refusals.Listener();
  ServerAndClient failing(
      [](Call call) { std::move(call).Finish(kNotFound, "", ""); }, options);

  EXPECT_EQ(failing.Call("").code, kNotFound);

  EXPECT_THAT(refusals.texts(), IsEmpty());
}

TEST(TransportTest, PassesChannelArgumentsOn) {
  ServerOptions options = Loopback();
  options.channel_arguments = {{"grpc.max_metadata_size", "1000"}};
  ServerAndClient echo(Echo, options);
  CallOptions long_header;
  long_header.metadata = {{"x-long", std::string(3000, 'x')}};

  EXPECT_EQ(echo.Call("").code, kOk);
  // The call or its connection ends, as gRPC likes.
  EXPECT_NE(echo.Call("", long_header).code, kOk);
}

TEST(TransportTest, TakesEveryNameAndValueOfAChannelArgument) {
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

TEST(TransportTest, AChannelArgumentLimitsRequestsToo) {
  ServerOptions options = Loopback();
  options.channel_arguments = {{"grpc.max_receive_message_length", "+1000"}};
  ServerAndClient echo(Echo, options);

  EXPECT_EQ(echo.Call(std::string(1000, 'x')).code, kOk);
  EXPECT_EQ(echo.Call(std::string(1001, 'x')).code, kResourceExhausted);
}

TEST(TransportTest, SharesItsPortIfAChannelArgumentAllowsIt) {
  ServerOptions options = Loopback();
  options.channel_arguments = {{"grpc.so_reuseport", "1"}};
  const auto first = StartOrDie(options, {});
  options.addresses = {AddressOf(*first)};
  const auto second = StartOrDie(options, {});

  EXPECT_EQ(first->ports(), second->ports());
}

TEST(TransportTest, ChangesTheErrorsOfHandlers) {
  ServerOptions options = Loopback();
  options.edit_error = [](const std::string& text) { return text + "!"; };
  ServerAndClient failing(
      [](Call call) { std::move(call).Finish(kResourceExhausted, "no", ""); },
      options);

  EXPECT_EQ(failing.Call("").message, "no!");
}

TEST(TransportTest, ListensAtAUnixSocketToo) {
  const SocketFolder folder;
  const std::string socket = "unix:" + folder.path() + "/s";
  ServerOptions options = Loopback();
  options.addresses.push_back(socket);
  const auto server = StartOrDie(options, {{"/test.Test/Echo", Echo}});

  EXPECT_EQ(TestingClient(socket).Call("/test.Test/Echo", "x").payload, "x");
  EXPECT_EQ(
      TestingClient(AddressOf(*server)).Call("/test.Test/Echo", "y").payload,
      "y");
}

TEST(TransportTest, DoesNotShareThePortOfAnotherServer) {
  const auto first = StartOrDie(Loopback(), {});
  ServerOptions options;
  options.addresses = {AddressOf(*first)};

  const StartResult second = Server::Start(options, {});

  EXPECT_EQ(second.server, nullptr);
  EXPECT_EQ(second.error,
            "gRPC cannot listen at " + AddressOf(*first) +
                ": Address already in use; end the process that has the port, "
                "or choose another port");
}

TEST(TransportTest, WantsAnAddress) {
  const StartResult result = Server::Start(ServerOptions(), {});

  EXPECT_EQ(result.server, nullptr);
  EXPECT_THAT(result.error, StartsWith("no address to listen at"));
}

TEST(TransportTest, FinishesCallsUnderWayWhenItShutsDown) {
  std::promise<void> started;
  std::promise<void> release;
  ServerAndClient blocking([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      started.set_value();
      release.get_future().wait();
      Echo(std::move(call));
    });
  });
  auto answer =
      std::async(std::launch::async, [&] { return blocking.Call("late"); });
  started.get_future().wait();
  auto shut_down = std::async(std::launch::async, [&] {
    blocking.server().Shutdown(std::chrono::minutes(10));
  });

  release.set_value();

  EXPECT_EQ(answer.get().payload, "late");
  shut_down.get();
  EXPECT_EQ(blocking.Call("x").code, kUnavailable);
}

TEST(TransportTest, CancelsCallsThatOutlastTheGrace) {
  std::promise<void> started;
  ServerAndClient waiting([&](Call call) {
    std::move(call).RunOnWorker([&](Call call) {
      started.set_value();
      while (!call.cancelled()) std::this_thread::yield();
      Echo(std::move(call));
    });
  });
  auto answer =
      std::async(std::launch::async, [&] { return waiting.Call("x"); });
  started.get_future().wait();

  waiting.server().Shutdown(milliseconds(0));

  EXPECT_NE(answer.get().code, kOk);
}

TEST(TransportTest, FreesThePortWhenItEnds) {
  auto first = StartOrDie(Loopback(), {});
  ServerOptions options;
  options.addresses = {AddressOf(*first)};
  first.reset();

  EXPECT_NE(StartOrDie(options, {}), nullptr);
}

TEST(TransportTest, ACallIsInTheGateUntilItIsAnswered) {
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

TEST(TransportTest, AClosedGateAnswersUnavailable) {
  RequestGate gate;
  ServerOptions options = Loopback();
  options.gate = &gate;
  ServerAndClient echo(Echo, options);
  gate.Close();

  const Answer answer = echo.Call("x");

  EXPECT_EQ(answer.code, kUnavailable);
  EXPECT_THAT(answer.message, HasSubstr("stopping"));
}

// A HealthCheckRequest and the statuses of a HealthCheckResponse, as bytes of
// grpc.health.v1.
constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

std::string HealthOf(const std::string& service) {
  return "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
}

TEST(TransportTest, TheHealthServiceSaysWhatItWasTold) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  const auto server = StartOrDie(options, {});
  TestingClient client(AddressOf(*server));
  server->SetServing("half", true);
  server->SetServing("third", false);

  EXPECT_EQ(client.Call(kHealthCheck, HealthOf("half")).payload, kServing);
  EXPECT_EQ(client.Call(kHealthCheck, HealthOf("third")).payload, kNotServing);
  EXPECT_EQ(client.Call(kHealthCheck, HealthOf("other")).code, kNotFound);
}

TEST(TransportTest, TheServerIsNotServingBeforeItIsSaid) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  const auto server = StartOrDie(options, {});

  EXPECT_EQ(TestingClient(AddressOf(*server)).Call(kHealthCheck, "").payload,
            kNotServing);
}

TEST(TransportTest, WhenNothingIsServingTheHealthServiceStaysWithThat) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  const auto server = StartOrDie(options, {});
  server->SetServing("half", true);

  server->SetNothingServing();
  server->SetServing("half", true);

  EXPECT_EQ(TestingClient(AddressOf(*server))
                .Call(kHealthCheck, HealthOf("half"))
                .payload,
            kNotServing);
}

TEST(TransportTest, WithoutTheOptionThereIsNoHealthService) {
  const auto server = StartOrDie(Loopback(), {});
  server->SetServing("half", true);

  EXPECT_EQ(TestingClient(AddressOf(*server))
                .Call(kHealthCheck, HealthOf("half"))
                .code,
            kUnimplemented);
}

StartResult StartStream(StreamHandler handler) {
  return Server::Start(Loopback(), {},
                       {{"/test.Test/Stream", std::move(handler)}});
}

TEST(TransportTest, AStreamIsAnsweredMessageByMessage) {
  std::vector<std::string> messages;
  const StartResult started =
      StartStream([&messages](const std::vector<Slice>& message) {
        messages.push_back(Join(message));
        return std::optional<std::string>(messages.back() + "!");
      });
  TestingClient client(AddressOf(*started.server));

  const Answer answer = client.CallWith("/test.Test/Stream", {"a", "b"});

  EXPECT_EQ(answer.code, kOk) << answer.message;
  EXPECT_EQ(answer.payload, "a!b!");
  EXPECT_THAT(messages, testing::ElementsAre("a", "b"));
}

TEST(TransportTest, AMessageThatCannotBeReadEndsTheStream) {
  const StartResult started =
      StartStream([](const std::vector<Slice>& /*message*/) {
        return std::optional<std::string>();
      });
  TestingClient client(AddressOf(*started.server));

  const Answer answer = client.Call("/test.Test/Stream", "a");

  EXPECT_EQ(answer.code, kInvalidArgument);
  EXPECT_THAT(answer.message, HasSubstr("/test.Test/Stream cannot read"));
}

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    options_.tls.emplace();
    options_.tls->server_key = made_.key;
    options_.tls->server_cert = made_.certificate;
  }

  Answer Call(const std::optional<ClientTls>& tls) {
    const std::unique_ptr<Server> server =
        StartOrDie(options_, {{"/test.Test/Call", Echo}});
    return TestingClient(AddressOf(*server), tls)
        .Call("/test.Test/Call", "secret");
  }

  const TestingCertificate made_ = MakeTestingCertificate();
  ServerOptions options_ = Loopback();
};

TEST_F(TlsTest, CarriesBytesBothWays) {
  const Answer answer = Call(ClientTls{made_.certificate, "", ""});
  EXPECT_EQ(answer.code, kOk) << answer.message;
  EXPECT_EQ(answer.payload, "secret");
}

TEST_F(TlsTest, AClientWithoutTlsIsNotServed) {
  EXPECT_EQ(Call(std::nullopt).code, kUnavailable);
}

TEST_F(TlsTest, AClientThatMustBeVerifiedNeedsItsCertificate) {
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

TEST_F(TlsTest, AKeyThatIsNoneIsTold) {
  options_.tls->server_key = "/etc/tls/server.key";
  const StartResult started = Server::Start(options_, {});
  EXPECT_EQ(started.server, nullptr);
  EXPECT_THAT(started.error, HasSubstr("server_key"));
}

TEST(TransportTest, CompressedMessagesAreInflated) {
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
        const Answer answer = echo.Call(message, compressed);
        EXPECT_EQ(answer.code, kOk) << answer.message;
        EXPECT_TRUE(answer.payload == message) << compression << size;
      }
    }
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(TransportTest, ACompressedMessageIsRefusedForWhatItInflatesTo) {
  RequestMemory memory(32 << 20);
  ServerOptions options = Loopback();
  options.memory = &memory;
  options.max_request_bytes = 16 << 20;
  {
    ServerAndClient echo(Echo, options);
    CallOptions compressed;
    compressed.compression = "gzip";

    const Answer beyond_limit =
        echo.Call(std::string(17 << 20, 'x'), compressed);
    EXPECT_EQ(beyond_limit.code, kResourceExhausted);
    EXPECT_THAT(beyond_limit.message,
                HasSubstr("--grpc_max_receive_message_bytes"));

    RequestMemory::Charge others(&memory);
    others.Grow(30 << 20);
    const Answer beyond_budget =
        echo.Call(std::string(4 << 20, 'x'), compressed);
    EXPECT_EQ(beyond_budget.code, kResourceExhausted);
    EXPECT_THAT(beyond_budget.message, HasSubstr("--request_memory_mib"));
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(TransportTest, WhatAHandlerChargesReturnsWithTheCall) {
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
    while (memory.used() != 0) std::this_thread::yield();
  }
}

TEST(TransportTest, CompressedHealthChecksAreInflated) {
  ServerOptions options = Loopback();
  options.serve_health = true;
  ServerAndClient server(Echo, options);
  CallOptions compressed;
  compressed.compression = "gzip";
  const std::string service(100, 'x');
  server.server().SetServing(service, true);

  EXPECT_EQ(
      server.client().Call(kHealthCheck, HealthOf(service), compressed).payload,
      kServing);
}

}  // namespace
}  // namespace tfs3::grpc
