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

// A gRPC server whose handlers receive and return messages as bytes.
//
//   MethodTable methods;
//   methods["/example.Echo/Say"] = [](Call call) {
//     std::string response = Join(call.request());
//     std::move(call).Finish(0, "", std::move(response));
//   };
//   ServerOptions options;
//   options.addresses = {"127.0.0.1:0"};
//   StartResult started = Server::Start(options, std::move(methods));
//   if (started.server == nullptr) Fail(started.error);
//   started.server->ports()[0];  // the port that was free
//
// The server calls handlers on the few threads that serve the connections. A
// handler that may take longer than about 100 microseconds moves its call to a
// worker thread with Call::RunOnWorker.

// Handlers parse larger requests on a worker thread. Parsing one of this size
// takes about 20 microseconds.
inline constexpr size_t kSmallRequestBytes = size_t{64} << 10;

// A part of a message. The call owns the bytes.
struct Slice {
  const char* data;
  size_t size;
};

// A response message in parts: bytes, then pieces of other memory.
struct Payload {
  struct Piece {
    // Comes before `memory`.
    std::string head;
    // Sent without a copy.
    std::string_view memory;
    // Keeps the memory.
    std::shared_ptr<const void> owner;
  };

  Payload() = default;
  Payload(std::string only_bytes)  // NOLINT(google-explicit-constructor)
      : bytes(std::move(only_bytes)) {}

  std::string bytes;
  std::vector<Piece> pieces;

  // Returns the size of the message.
  size_t size() const {
    size_t size = bytes.size();
    for (const Piece& piece : pieces) {
      size += piece.head.size() + piece.memory.size();
    }
    return size;
  }
};

class Call;

// Answers a call, immediately or later on any thread.
using Handler = std::function<void(Call call)>;

// Handlers by full method name: "/package.Service/Method".
using MethodTable = std::map<std::string, Handler>;

// Returns the response to one message of a stream, or nullopt if the message is
// not valid: the stream then ends with INVALID_ARGUMENT. The server calls the
// handler on an I/O thread, for the messages of a stream in order.
using StreamHandler = std::function<std::optional<std::string>(
    const std::vector<Slice>& message)>;

// Handlers of bidirectional streaming methods, by full method name. The server
// sends one answer for each message.
using StreamTable = std::map<std::string, StreamHandler>;

namespace internal {

// What the transport implements for Call.
class CallState {
 public:
  virtual const std::vector<Slice>& request() const = 0;
  virtual std::shared_ptr<const void> ShareRequest() = 0;
  virtual std::chrono::system_clock::time_point deadline() const = 0;
  virtual bool cancelled() const = 0;
  virtual RequestMemory::Charge* charge() = 0;
  virtual std::string peer() const = 0;
  virtual std::optional<std::string_view> metadata(
      std::string_view key) const = 0;
  // After one of these the caller must not use the object any more.
  virtual void Finish(int code, std::string message, Payload payload) = 0;
  virtual void RunOnWorker(Handler handler) = 0;
  // Answers a call that its handler did not answer.
  virtual void Drop() = 0;

 protected:
  virtual ~CallState() = default;
};

}  // namespace internal

// A unary call that is not answered yet. Movable; one thread at a time may use
// it. The destructor of a call without a response sends INTERNAL, or
// RESOURCE_EXHAUSTED if it runs because of std::bad_alloc.
class Call {
 public:
  explicit Call(internal::CallState* state) : state_(state) {}
  Call(Call&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Call& operator=(Call&& other) noexcept;
  ~Call();

  // Returns the request message in the parts in which it arrived; an empty
  // message may have none. Valid until the call is answered.
  const std::vector<Slice>& request() const { return state_->request(); }

  // Returns an owner of the bytes of the request: they are valid until the last
  // owner is destroyed. Null: they cannot have owners, because they were
  // inflated.
  std::shared_ptr<const void> ShareRequest() const {
    return state_->ShareRequest();
  }

  // Returns the client's deadline, or time_point::max() without one.
  std::chrono::system_clock::time_point deadline() const {
    return state_->deadline();
  }

  // Returns true if the client cancelled the call or disconnected, or if the
  // deadline has passed. The handler must still answer the call.
  bool cancelled() const { return state_->cancelled(); }

  // Returns the charge for the memory of this call. It already includes the
  // bytes of the request. Without ServerOptions::memory every request for bytes
  // succeeds. Only the owner of the call may use it, until the response.
  RequestMemory::Charge* charge() const { return state_->charge(); }

  // Returns the client's address, such as "ipv4:127.0.0.1:40000".
  std::string peer() const { return state_->peer(); }

  // Returns the first value of a request header. `key` is in lower case.
  std::optional<std::string_view> metadata(std::string_view key) const {
    return state_->metadata(key);
  }

  // Answers the call. `code` is a gRPC status code, which has the same values
  // as absl::StatusCode. If it is 0 (OK), sends `payload`, without a copy, as
  // the response message; otherwise sends `message` as the error message. After
  // that the call's charge holds the bytes of the payload only.
  void Finish(int code, std::string message, std::string payload) &&;
  // Answers the call with OK and a message in parts.
  void Finish(Payload payload) &&;

  // Queues the call and runs `handler` with it on a worker thread. The client
  // may have cancelled the call by then; see cancelled().
  void RunOnWorker(Handler handler) &&;

 private:
  internal::CallState* state_;
};

// A call that the transport answered with an error. Its handler did not answer
// it. The views are valid during ServerOptions::on_refusal only.
struct CallRefusal {
  // The status, as in Call::Finish.
  int code = 0;
  std::string_view message;
  // "/package.Service/Method".
  std::string_view method;
  // See Call::peer.
  std::string_view peer;
  std::string_view traceparent;
  size_t request_bytes = 0;
  // The time since the call began.
  std::chrono::nanoseconds duration{0};
};

struct ServerOptions {
  // Where to listen: "HOST:PORT", such as "0.0.0.0:8500" or "[::]:8500", or
  // "unix:PATH". Port 0 selects a free port.
  std::vector<std::string> addresses;
  // The TLS settings of all addresses; absent: no TLS.
  std::optional<TlsOptions> tls;
  // The largest request in bytes, before and after inflating. -1: the channel
  // argument grpc.max_receive_message_length, or no limit but memory.
  int max_request_bytes = -1;
  // gRPC channel arguments, such as {"grpc.max_connection_age_ms", "2000"}; see
  // channel_arguments.cc. `warn` gets a line for each one without effect.
  std::vector<std::pair<std::string, std::string>> channel_arguments;
  // The number of worker threads for Call::RunOnWorker; 0: four for each
  // processor, and at least eight.
  int num_workers = 0;
  // Each call enters the gate when its request has arrived, and leaves it when
  // its response is sent. If the gate is closed, the call gets UNAVAILABLE,
  // except after BeginShutdown. Null: no gate. Must outlive the server.
  RequestGate* gate = nullptr;
  // The memory budget of all calls. Each call is charged for its request, and
  // handlers charge what they allocate (Call::charge). If the budget has no
  // room, the call gets RESOURCE_EXHAUSTED. Null: no budget. Must outlive the
  // server.
  RequestMemory* memory = nullptr;
  // The largest ratio of the inflated size to the compressed size, for messages
  // that inflate to more than 64 MiB. 0: no limit.
  int64_t max_inflate_ratio = 0;
  // How many calls may wait for a worker thread. Further calls get
  // RESOURCE_EXHAUSTED. 0: no limit.
  int64_t max_waiting = 0;
  // How many connections may be open. At the limit the server closes an idle
  // connection to accept a new one; if none is idle, it closes the new one.
  // 0: no limit.
  int64_t max_connections = 0;
  // The name of that limit in log messages.
  std::string max_connections_name = "--grpc_max_connections";
  // The longest time for a TLS handshake, for a request to arrive and for the
  // client to read a response, if the connection moves less than 16 KiB a
  // second. A request that does not arrive gets DEADLINE_EXCEEDED. A call whose
  // response is not read is cancelled.
  std::chrono::milliseconds receive_timeout = std::chrono::seconds(30);
  // How long a connection without calls stays open; 0: no limit.
  std::chrono::milliseconds idle_timeout{0};
  // Counters that the server updates. Null: none. Must outlive the server.
  TransportCounters* counters = nullptr;
  // Called for each call that the transport answers with an error:
  //   - the gate, the memory budget or the queue refuses it,
  //   - its request does not arrive in time,
  //   - the server runs out of memory,
  //   - it is malformed, or its method is unknown.
  // Runs on I/O threads and must not block. May be empty.
  std::function<void(const CallRefusal&)> on_refusal;
  // Returns the offset of the numbers of a tensor in a large request that
  // begins with `begin`; 0 if there are none. The server puts the request where
  // this offset is aligned to 64 bytes, so that the numbers can be the memory
  // of a tensor. Called on I/O threads. Empty: requests are not aligned.
  std::function<size_t(std::string_view begin)> find_numbers;
  // Logs a warning; called at most once in ten seconds after the start. May be
  // empty.
  std::function<void(const std::string&)> warn;
  // Returns the error message to send in place of a handler's error message.
  // Empty: messages are sent unchanged. Must be thread-safe.
  std::function<std::string(const std::string&)> edit_error;
  // Whether to serve grpc.health.v1.Health; see Server::SetServing.
  bool serve_health = false;
  // The services whose health status is NOT_SERVING from the first call on.
  std::vector<std::string> health_services;
};

class Server;

struct StartResult {
  std::unique_ptr<Server> server;
  // If `server` is null: the address, the cause and the cure.
  std::string error;
};

// A running server. Thread-safe.
//
// Calls of unknown methods get UNIMPLEMENTED. Calls of a method in MethodTable
// with no request message, or with several, get INVALID_ARGUMENT. Streams do
// not enter the gate: a server that stops does not wait for them.
class Server {
 public:
  // Listens and begins to answer calls. Calls the handlers concurrently until
  // Shutdown returns.
  static StartResult Start(const ServerOptions& options, MethodTable methods,
                           StreamTable streams = {});

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Calls Shutdown with no grace period.
  ~Server();

  // Returns the port of each of ServerOptions::addresses; 1 for a UNIX socket.
  const std::vector<int>& ports() const;

  // Sets the health status of `service`. "" is the server as a whole; its
  // initial status is NOT_SERVING. Services that are not in
  // ServerOptions::health_services are unknown until they are set. Has no
  // effect without ServerOptions::serve_health.
  void SetServing(const std::string& service, bool serving);

  // Sets the health status of every service to NOT_SERVING. Later calls of
  // SetServing have no effect.
  void SetNothingServing();

  // Stops listening, and tells the clients to send their next calls to another
  // server. Answers the calls that they have sent before they know it, also if
  // the gate is closed.
  void BeginShutdown();

  // Calls BeginShutdown, waits up to `grace` for the calls that have begun,
  // then cancels the others. Returns when every handler has answered, so
  // handlers must check Call::cancelled().
  void Shutdown(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_TRANSPORT_H_
