// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_TRANSPORT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_TRANSPORT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"

namespace tfs3::grpc {

// A gRPC server that knows bytes only: what the messages are is up to the
// handlers.
//
//   MethodTable methods;
//   methods["/example.Echo/Say"] = [](Call call) {
//     std::string answer = Join(call.request());
//     std::move(call).Finish(0, "", std::move(answer));
//   };
//   ServerOptions options;
//   options.addresses = {"127.0.0.1:0"};
//   StartResult started = Server::Start(options, std::move(methods));
//   if (started.server == nullptr) Fail(started.error);
//   started.server->ports()[0];  // the port that was free
//
// This header is plain C++: it may be read beside any version of absl and
// protobuf, and the library behind it uses neither TensorFlow nor its absl.
//
// A handler is called on one of few threads that also move the bytes of every
// connection. What may take longer than some 100 microseconds belongs on the
// server's worker threads: Call::RunOnWorker.

// A piece of a message; owned by the call.
struct Slice {
  const char* data;
  size_t size;
};

class Call;

// Gets a call to answer, at once or later on any thread.
using Handler = std::function<void(Call call)>;

// Handlers by full method name, "/package.Service/Method".
using MethodTable = std::map<std::string, Handler>;

// Answers one message of a stream, or nothing if it is not what the method
// takes, which ends the stream with INVALID_ARGUMENT. Called for the messages
// of a stream in their order, at once on one of the threads that move bytes.
using StreamHandler = std::function<std::optional<std::string>(
    const std::vector<Slice>& message)>;

// Handlers of methods that take a stream of messages and answer each of them,
// by full method name.
using StreamTable = std::map<std::string, StreamHandler>;

namespace internal {

// The transport's side of a call.
class CallState {
 public:
  virtual const std::vector<Slice>& request() const = 0;
  virtual std::chrono::system_clock::time_point deadline() const = 0;
  virtual bool cancelled() const = 0;
  virtual RequestMemory::Charge* charge() = 0;
  virtual std::string peer() const = 0;
  virtual std::optional<std::string_view> metadata(
      std::string_view key) const = 0;
  // Each ends the use of this object by the one that calls it.
  virtual void Finish(int code, std::string message, std::string payload) = 0;
  virtual void RunOnWorker(Handler handler) = 0;
  // The handler gave up on the call.
  virtual void Drop() = 0;

 protected:
  virtual ~CallState() = default;
};

}  // namespace internal

// One request that waits for its answer. Movable; used by one thread at a time.
// A call that is dropped without an answer is answered INTERNAL, or
// RESOURCE_EXHAUSTED if an exception (std::bad_alloc) drops it.
class Call {
 public:
  explicit Call(internal::CallState* state) : state_(state) {}
  Call(Call&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Call& operator=(Call&& other) noexcept;
  ~Call();

  // The request message, in as many pieces as it arrived in; possibly none.
  // Valid until the call is answered or moved to a worker and answered there.
  const std::vector<Slice>& request() const { return state_->request(); }

  // When the client stops waiting; time_point::max() if it waits for ever.
  std::chrono::system_clock::time_point deadline() const {
    return state_->deadline();
  }

  // Whether the client has gone or its deadline has passed. The call must be
  // answered all the same.
  bool cancelled() const { return state_->cancelled(); }

  // What the memory of the call is charged to, the request's bytes included.
  // Where there is no budget it grants everything. For the user of the call
  // alone, until the answer.
  RequestMemory::Charge* charge() const { return state_->charge(); }

  // Where the client is, such as "ipv4:127.0.0.1:40000".
  std::string peer() const { return state_->peer(); }

  // The first value of a header that the client sent, by its lower-case name.
  std::optional<std::string_view> metadata(std::string_view key) const {
    return state_->metadata(key);
  }

  // Answers. `code` is a status code of gRPC, which are those of absl::Status;
  // for 0 (OK) `payload` is the response message, else `message` tells the
  // client why. The payload is sent without a copy; of what is charged, its
  // bytes are left.
  void Finish(int code, std::string message, std::string payload) &&;

  // Hands the call to `handler` on a worker thread, in turn. The client may
  // have gone by then; see cancelled().
  void RunOnWorker(Handler handler) &&;

 private:
  internal::CallState* state_;
};

// A call that was answered without its handler, or in spite of it. Views live
// as long as the call of the function that gets it.
struct CallRefusal {
  // As in Call::Finish.
  int code = 0;
  std::string_view message;
  // "/package.Service/Method".
  std::string_view method;
  // As Call::peer.
  std::string_view peer;
  std::string_view traceparent;
  size_t request_bytes = 0;
  // Since the call began.
  std::chrono::nanoseconds duration{0};
};

struct ServerOptions {
  // Where to listen: "HOST:PORT" ("0.0.0.0:8500", "[::]:8500"; port 0 is any
  // that is free) or "unix:PATH".
  std::vector<std::string> addresses;
  // What to speak TLS with, at every address; absent: no TLS.
  std::optional<TlsOptions> tls;
  // The longest request in bytes, compressed or not; -1: as the channel
  // argument grpc.max_receive_message_length says, or no limit but memory.
  int max_request_bytes = -1;
  // gRPC channel arguments, such as {"grpc.max_connection_age_ms", "2000"}. A
  // whole number that fits 32 bits is passed as an integer, anything else as a
  // string. gRPC ignores names that it does not know.
  std::vector<std::pair<std::string, std::string>> channel_arguments;
  // How many calls may be under way in Call::RunOnWorker; 0: four for each
  // processor, and eight at least. Further ones wait in turn.
  int num_workers = 0;
  // Where each call enters when its message has come, to leave when its answer
  // is sent; one that is not let in is answered UNAVAILABLE. Null: no gate.
  // Must outlive the server.
  RequestGate* gate = nullptr;
  // The budget that each call is charged to for its message, and by its handler
  // for what that becomes (Call::charge); a call that it has no memory for is
  // answered RESOURCE_EXHAUSTED. Also bounds what gRPC itself holds. Null: no
  // budget. Must outlive the server.
  RequestMemory* memory = nullptr;
  // How many times its compressed size a message of more than 64 MiB may
  // become; 0: any number.
  int64_t max_inflate_ratio = 0;
  // How many calls may wait in Call::RunOnWorker; one more is answered
  // RESOURCE_EXHAUSTED. 0: any number.
  int64_t max_waiting = 0;
  // How many connections may be open. At the limit idle ones are closed for new
  // ones, or the new ones are closed at once. 0: any number.
  int64_t max_connections = 0;
  // What the operator knows that limit as, for the log.
  std::string max_connections_name = "--grpc_max_connections";
  // How long a connection may take for its handshake, a request to arrive and
  // an answer to be taken, if its connection moves less than 16 KiB a second.
  // Such a call is answered DEADLINE_EXCEEDED, or cancelled if its answer is on
  // its way.
  std::chrono::milliseconds receive_timeout = std::chrono::seconds(30);
  // How long a connection without calls stays open; 0: for ever.
  std::chrono::milliseconds idle_timeout{0};
  // What the server counts of itself. Null: nothing. Must outlive the server.
  TransportCounters* counters = nullptr;
  // Told of calls that are answered without the handler: by the gate, the
  // budget, the queue, a timeout, for lack of memory or because they are
  // malformed. Called on the threads that move bytes, so it must be quick. May
  // be empty.
  std::function<void(const CallRefusal&)> on_refusal;
  // Logs a warning; called at most once in ten seconds. May be empty.
  std::function<void(const std::string&)> warn;
  // Changes the error messages of handlers for the client; empty: as they are.
  // Called from many threads at once.
  std::function<std::string(const std::string&)> edit_error;
  // Whether to serve grpc.health.v1.Health; see Server::SetServing.
  bool serve_health = false;
};

class Server;

struct StartResult {
  std::unique_ptr<Server> server;
  // Why `server` is null: names the address, the cause and the cure.
  std::string error;
};

// A server that listens. Thread-safe.
//
// A method that is in no table is answered UNIMPLEMENTED with its name; a call
// of a method in MethodTable with no request message, or more than one,
// INVALID_ARGUMENT. Streams pass the gate of ServerOptions: they are no
// requests that a server would wait for.
class Server {
 public:
  // Starts to listen; answers calls at once. The handlers are called
  // concurrently until Shutdown returns.
  static StartResult Start(const ServerOptions& options, MethodTable methods,
                           StreamTable streams = {});

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // As Shutdown with no grace.
  ~Server();

  // The port of each of ServerOptions::addresses; 1 for a UNIX socket.
  const std::vector<int>& ports() const;

  // What the health service says of `service` from now on. "" is the server as
  // a whole, which is not serving before this says so; any other service of
  // which nothing was said is not known. Nothing happens without
  // ServerOptions::serve_health.
  void SetServing(const std::string& service, bool serving);

  // From now on the health service says of every service, whatever SetServing
  // says, that it is not serving.
  void SetNothingServing();

  // Stops to listen, lets calls under way finish for up to `grace`, cancels
  // those left and returns when the last handler has answered: one that does
  // not look at Call::cancelled() is waited for.
  void Shutdown(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_TRANSPORT_H_
