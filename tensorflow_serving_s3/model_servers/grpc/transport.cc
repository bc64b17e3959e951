// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

#include <absl/synchronization/mutex.h>
#include <grpc/grpc.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <new>
#include <system_error>
#include <thread>

#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/connections.h"
#include "tensorflow_serving_s3/model_servers/grpc/listening.h"
#include "tensorflow_serving_s3/model_servers/request_gate.h"
#include "tensorflow_serving_s3/model_servers/request_memory.h"
#include "tensorflow_serving_s3/model_servers/tls_check.h"
#include "tensorflow_serving_s3/model_servers/worker_pool.h"

namespace tfs3::grpc {
namespace {

// Why handlers get both gRPC's threads and workers: handing a call over to
// another thread costs some 15 microseconds of processor time, a third of what
// the whole transport takes for a small message, while a handler that blocks
// one of gRPC's threads (there are two on a small machine) holds up every
// connection.

// Keeps gRPC's library initialised until the process ends. Else the last server
// to go shuts the library down and waits for its poller of writes, which after
// a large answer sleeps for up to 10 s.
//
// Debian's absl, which this library uses, is built to look for deadlocks at
// every lock; that costs each call several percent of its time.
void PrepareLibrary() {
  [[maybe_unused]] static const bool prepared = [] {
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    grpc_init();
    return true;
  }();
}

int DefaultWorkers() {
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return std::max(8, 4 * processors);
}

// Bytes that gRPC sends from where they are and then frees.
::grpc::ByteBuffer MakeBuffer(std::string payload) {
  if (payload.empty()) {
    ::grpc::Slice empty;
    return ::grpc::ByteBuffer(&empty, 1);
  }
  auto* owned = new std::string(std::move(payload));
  ::grpc::Slice slice(
      owned->data(), owned->size(),
      [](void* owned) { delete static_cast<std::string*>(owned); }, owned);
  return ::grpc::ByteBuffer(&slice, 1);
}

// Valid as long as `slices`.
std::vector<Slice> SlicesOf(const std::vector<::grpc::Slice>& slices) {
  std::vector<Slice> parts;
  parts.reserve(slices.size());
  for (const ::grpc::Slice& slice : slices) {
    parts.push_back(
        {reinterpret_cast<const char*>(slice.begin()), slice.size()});
  }
  return parts;
}

std::shared_ptr<::grpc::ServerCredentials> MakeCredentials(
    const std::optional<TlsOptions>& tls) {
  if (!tls.has_value()) return ::grpc::InsecureServerCredentials();
  ::grpc::SslServerCredentialsOptions options(
      tls->client_verify
          ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
          : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_root_certs = tls->custom_ca;
  options.pem_key_cert_pairs.push_back({tls->server_key, tls->server_cert});
  return ::grpc::SslServerCredentials(options);
}

::grpc::Status ErrorStatus(int code, std::string message) {
  if (code < 0 || code > ::grpc::StatusCode::UNAUTHENTICATED) {
    code = ::grpc::StatusCode::UNKNOWN;
  }
  return ::grpc::Status(static_cast<::grpc::StatusCode>(code),
                        std::move(message));
}

using ErrorEditor = std::function<std::string(const std::string&)>;

// Calls a handler. If memory runs out the call is dropped, and the server
// lives.
void HandleSafely(const Handler& handler, Call call) {
  try {
    handler(std::move(call));
  } catch (const std::bad_alloc&) {
  }
}

// How many calls may be open on one connection. A client with more waits by
// itself.
constexpr int kMaxStreams = 1000;

// The copies of a message that a call holds at most: as it came, parsed, and as
// tensors.
constexpr int64_t kCopiesOfMessage = 3;

constexpr char kOutOfMemory[] =
    "the server ran out of memory for this call; send it again later, or in "
    "smaller parts (--request_memory_mib bounds what all requests hold)";

// What all calls of a server share.
struct CallContext {
  RequestGate* gate = nullptr;
  RequestMemory* memory = nullptr;
  int64_t max_waiting = 0;
  TransportCounters* counters = nullptr;
  std::function<void(const CallRefusal&)> on_refusal;
  ErrorEditor edit_error;
  WorkerPool* workers = nullptr;
  CallWatch* watch = nullptr;
};

std::string TooSlowMessage(const CallWatch& watch) {
  return "the request did not arrive in time: less than 16 KiB a second came "
         "in " +
         std::to_string(watch.timeout().count()) +
         " ms (--grpc_receive_timeout_in_ms)";
}

std::optional<std::string_view> MetadataOf(
    const ::grpc::GenericCallbackServerContext& context, std::string_view key) {
  const auto& headers = context.client_metadata();
  const auto found = headers.find(::grpc::string_ref(key.data(), key.size()));
  if (found == headers.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

// Tells of a call that the handler does not answer.
void ReportRefusal(const CallContext& shared,
                   const ::grpc::GenericCallbackServerContext& context,
                   std::chrono::steady_clock::time_point began,
                   size_t request_bytes, const ::grpc::Status& status) {
  if (!shared.on_refusal) return;
  const std::string peer = context.peer();
  const std::string message = status.error_message();
  CallRefusal refusal;
  refusal.code = status.error_code();
  refusal.message = message;
  refusal.method = context.method();
  refusal.peer = peer;
  refusal.traceparent =
      MetadataOf(context, "traceparent").value_or(std::string_view());
  refusal.request_bytes = request_bytes;
  refusal.duration = std::chrono::steady_clock::now() - began;
  shared.on_refusal(refusal);
}

// A call of a method that is in the table: reads until the client is done, has
// the handler called, writes the answer. Deletes itself when gRPC is done too.
class UnaryCall final : public ::grpc::ServerGenericBidiReactor,
                        public internal::CallState,
                        public CallWatch::Entry {
 public:
  UnaryCall(::grpc::GenericCallbackServerContext* context,
            const Handler* handler, const CallContext& shared)
      : context_(context),
        handler_(handler),
        shared_(shared),
        charge_(shared.memory),
        began_(shared.watch->Add(this)) {
    StartRead(&message_);
  }

  // ServerGenericBidiReactor:

  void OnReadDone(bool ok) override {
    // One message; what else comes is read to the end and not kept.
    if (ok && ++messages_ == 1) {
      StartRead(&surplus_);
      return;
    }
    if (!shared_.watch->BeginHandling(this)) return;  // Timed out.
    try {
      Receive(ok);
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
    }
  }

  void OnCancel() override { cancelled_ = true; }

  void OnDone() override {
    shared_.watch->Remove(this);
    delete this;
  }

  // internal::CallState:

  const std::vector<Slice>& request() const override { return request_; }

  std::chrono::system_clock::time_point deadline() const override {
    return context_->deadline();
  }

  bool cancelled() const override { return cancelled_; }

  std::string peer() const override { return context_->peer(); }

  std::optional<std::string_view> metadata(
      std::string_view key) const override {
    return MetadataOf(*context_, key);
  }

  void Finish(int code, std::string message, std::string payload) override {
    if (code != ::grpc::StatusCode::OK) {
      if (shared_.edit_error) message = shared_.edit_error(message);
      Send(ErrorStatus(code, std::move(message)));
      return;
    }
    const size_t bytes = payload.size();
    try {
      response_ = MakeBuffer(std::move(payload));
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
      return;
    }
    shared_.watch->BeginSending(this, bytes);
    StartWriteAndFinish(&response_, ::grpc::WriteOptions(), ::grpc::Status::OK);
  }

  void RunOnWorker(Handler handler) override {
    bool runs;
    try {
      runs = Enqueue(std::move(handler));
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
      return;
    }
    if (runs) return;
    if (shared_.counters != nullptr) ++shared_.counters->refused_by_queue;
    Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED,
           "as many calls as may, " + std::to_string(shared_.max_waiting) +
               " (--max_waiting_requests), wait for a thread already; call "
               "again later, or another server");
  }

  void Drop() override {
    if (std::uncaught_exceptions() > 0) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
    } else {
      Refuse(::grpc::StatusCode::INTERNAL,
             "the server gave up on the call without an answer");
    }
  }

  // CallWatch::Entry:

  void OnTimeout(Phase phase) override {
    if (phase == Phase::kReceiving) {
      const ::grpc::Status status =
          ErrorStatus(::grpc::StatusCode::DEADLINE_EXCEEDED,
                      TooSlowMessage(*shared_.watch));
      ReportRefusal(shared_, *context_, began_, message_.Length(), status);
      ::grpc::ServerGenericBidiReactor::Finish(status);
    } else {
      ReportRefusal(
          shared_, *context_, began_, message_.Length(),
          ErrorStatus(::grpc::StatusCode::CANCELLED,
                      "the client did not take the answer in time "
                      "(--grpc_receive_timeout_in_ms); the call is cancelled"));
      context_->TryCancel();
    }
  }

  std::string WatchedPeer() const override { return context_->peer(); }

 private:
  ~UnaryCall() override = default;

  // Has the handler called, or refuses the call. `more` is whether there is
  // another message after the first.
  void Receive(bool more) {
    if (more || messages_ == 0) {
      Refuse(::grpc::StatusCode::INVALID_ARGUMENT,
             context_->method() + " takes one request message, and it got " +
                 (more ? "more" : "none"));
      return;
    }
    if (!charge_.TryGrow(kCopiesOfMessage *
                         static_cast<int64_t>(message_.Length()))) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED,
             shared_.memory->RefusalMessage());
      return;
    }
    if (shared_.gate != nullptr) {
      pass_ = shared_.gate->Enter();
      if (!pass_) {
        Refuse(::grpc::StatusCode::UNAVAILABLE,
               "this server is stopping; call another one");
        return;
      }
    }
    if (!message_.Dump(&slices_).ok()) {
      Refuse(::grpc::StatusCode::INTERNAL,
             "the request message cannot be read; send it again without "
             "compression");
      return;
    }
    request_ = SlicesOf(slices_);
    HandleSafely(*handler_, Call(this));
  }

  // False if too many calls wait.
  bool Enqueue(Handler handler) {
    std::function<void()> task = [this, handler = std::move(handler)] {
      if (shared_.counters != nullptr) --shared_.counters->waiting_requests;
      HandleSafely(handler, Call(this));
    };
    // Before the task can run.
    if (shared_.counters != nullptr) ++shared_.counters->waiting_requests;
    try {
      if (shared_.max_waiting == 0) {
        shared_.workers->Run(std::move(task));
        return true;
      }
      if (shared_.workers->TryRun(std::move(task), shared_.max_waiting)) {
        return true;
      }
    } catch (const std::bad_alloc&) {
      if (shared_.counters != nullptr) --shared_.counters->waiting_requests;
      throw;
    }
    if (shared_.counters != nullptr) --shared_.counters->waiting_requests;
    return false;
  }

  void Refuse(int code, std::string message) {
    const ::grpc::Status status = ErrorStatus(code, std::move(message));
    ReportRefusal(shared_, *context_, began_, message_.Length(), status);
    // What the call holds is of no more use.
    request_.clear();
    slices_.clear();
    message_.Clear();
    surplus_.Clear();
    charge_.Reset();
    Send(status);
  }

  void Send(const ::grpc::Status& status) {
    shared_.watch->BeginSending(this, 0);
    ::grpc::ServerGenericBidiReactor::Finish(status);
  }

  ::grpc::GenericCallbackServerContext* const context_;
  const Handler* const handler_;
  const CallContext& shared_;
  RequestGate::Pass pass_;
  RequestMemory::Charge charge_;
  const std::chrono::steady_clock::time_point began_;

  int messages_ = 0;
  ::grpc::ByteBuffer message_;
  ::grpc::ByteBuffer surplus_;
  std::vector<::grpc::Slice> slices_;
  std::vector<Slice> request_;
  ::grpc::ByteBuffer response_;
  std::atomic<bool> cancelled_{false};
};

// A call of a method that answers each message of a stream. Deletes itself when
// gRPC is done.
class StreamCall final : public ::grpc::ServerGenericBidiReactor,
                         public CallWatch::Entry {
 public:
  StreamCall(::grpc::GenericCallbackServerContext* context,
             const StreamHandler* handler, const CallContext& shared)
      : context_(context),
        handler_(handler),
        shared_(shared),
        began_(shared.watch->Add(this)) {
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    if (!shared_.watch->BeginHandling(this)) return;  // Timed out.
    if (!ok) {  // The client has said all.
      Finish(::grpc::Status::OK);
      return;
    }
    try {
      Answer();
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      shared_.watch->BeginReceiving(this);
      StartRead(&message_);
    } else {
      Finish(::grpc::Status::CANCELLED);  // The client has gone.
    }
  }

  void OnDone() override {
    shared_.watch->Remove(this);
    delete this;
  }

  // CallWatch::Entry:

  void OnTimeout(Phase phase) override {
    if (phase == Phase::kReceiving) {
      Refuse(::grpc::StatusCode::DEADLINE_EXCEEDED,
             TooSlowMessage(*shared_.watch));
    } else {
      context_->TryCancel();
    }
  }

  std::string WatchedPeer() const override { return context_->peer(); }

 private:
  ~StreamCall() override = default;

  void Answer() {
    std::vector<::grpc::Slice> slices;
    std::optional<std::string> answer;
    if (message_.Dump(&slices).ok()) answer = (*handler_)(SlicesOf(slices));
    if (!answer.has_value()) {
      Refuse(::grpc::StatusCode::INVALID_ARGUMENT,
             context_->method() + " cannot read a message of the stream");
      return;
    }
    shared_.watch->BeginSending(this, answer->size());
    answer_ = MakeBuffer(*std::move(answer));
    StartWrite(&answer_);
  }

  void Refuse(int code, std::string message) {
    const ::grpc::Status status = ErrorStatus(code, std::move(message));
    ReportRefusal(shared_, *context_, began_, message_.Length(), status);
    Finish(status);
  }

  ::grpc::GenericCallbackServerContext* const context_;
  const StreamHandler* const handler_;
  const CallContext& shared_;
  const std::chrono::steady_clock::time_point began_;
  ::grpc::ByteBuffer message_;
  ::grpc::ByteBuffer answer_;
};

// A call of a method that is in no table.
class UnknownCall final : public ::grpc::ServerGenericBidiReactor,
                          public CallWatch::Entry {
 public:
  UnknownCall(::grpc::GenericCallbackServerContext* context,
              const CallContext& shared)
      : context_(context), watch_(*shared.watch) {
    watch_.Add(this);
    const ::grpc::Status status =
        ErrorStatus(::grpc::StatusCode::UNIMPLEMENTED,
                    "this server has no method " + context->method());
    ReportRefusal(shared, *context, std::chrono::steady_clock::now(), 0,
                  status);
    watch_.BeginSending(this, 0);
    Finish(status);
  }

  void OnDone() override {
    watch_.Remove(this);
    delete this;
  }

  // CallWatch::Entry:

  void OnTimeout(Phase /*phase*/) override { context_->TryCancel(); }
  std::string WatchedPeer() const override { return context_->peer(); }

 private:
  ~UnknownCall() override = default;

  ::grpc::GenericCallbackServerContext* const context_;
  CallWatch& watch_;
};

// The number that `text` is, if it is one that gRPC's arguments can be.
std::optional<int> ParseInteger(const std::string& text) {
  int number;
  const char* begin = text.data();
  const char* const end = begin + text.size();
  if (end - begin > 1 && begin[0] == '+' && begin[1] != '-') ++begin;
  const auto [rest, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

// The last value of a channel argument; null if it is not set.
const std::string* FindArgument(const ServerOptions& options,
                                std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : options.channel_arguments) {
    if (key == name) found = &value;
  }
  return found;
}

bool MaySharePort(const ServerOptions& options) {
  const std::string* const value =
      FindArgument(options, GRPC_ARG_ALLOW_REUSEPORT);
  return value != nullptr && ParseInteger(*value).value_or(0) != 0;
}

}  // namespace

Call& Call::operator=(Call&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Call::~Call() {
  if (state_ != nullptr) state_->Drop();
}

void Call::Finish(int code, std::string message, std::string payload) && {
  std::exchange(state_, nullptr)
      ->Finish(code, std::move(message), std::move(payload));
}

void Call::RunOnWorker(Handler handler) && {
  std::exchange(state_, nullptr)->RunOnWorker(std::move(handler));
}

class Server::Impl final : public ::grpc::CallbackGenericService {
 public:
  Impl(const ServerOptions& options, MethodTable methods, StreamTable streams)
      : methods_(std::move(methods)),
        streams_(std::move(streams)),
        watch_(options.receive_timeout),
        shared_{options.gate,        options.memory,
                options.max_waiting, options.counters,
                options.on_refusal,  options.edit_error,
                &workers_,           &watch_},
        workers_(options.num_workers > 0 ? options.num_workers
                                         : DefaultWorkers()) {}

  ::grpc::ServerGenericBidiReactor* CreateReactor(
      ::grpc::GenericCallbackServerContext* context) override {
    const auto method = methods_.find(context->method());
    if (method != methods_.end()) {
      return new UnaryCall(context, &method->second, shared_);
    }
    const auto stream = streams_.find(context->method());
    if (stream != streams_.end()) {
      return new StreamCall(context, &stream->second, shared_);
    }
    return new UnknownCall(context, shared_);
  }

  // Begins to accept connections for grpc_server_.
  void Accept(const ServerOptions& options, std::vector<Listener> listeners) {
    Connections::Options connections;
    connections.max_connections = options.max_connections;
    connections.limit_name = options.max_connections_name;
    connections.uses_tls = options.tls.has_value();
    connections.idle_timeout = options.idle_timeout;
    connections.counters = options.counters;
    connections.warn = options.warn;
    connections_.emplace(std::move(connections), std::move(listeners), &watch_,
                         [this](int fd) {
                           ::grpc::experimental::ExternalConnectionAcceptor::
                               NewConnectionParameters connection;
                           connection.fd = fd;
                           acceptor_->HandleNewConnection(&connection);
                         });
  }

  const MethodTable methods_;
  const StreamTable streams_;
  CallWatch watch_;
  const CallContext shared_;
  WorkerPool workers_;
  std::vector<int> ports_;
  std::unique_ptr<::grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<::grpc::Server> grpc_server_;
  std::optional<Connections> connections_;
};

namespace {

// Sets an argument unless the operator has.
void SetDefault(const ServerOptions& options, const char* name, int value,
                ::grpc::ServerBuilder* builder) {
  // Of an argument that is given twice, gRPC takes the first in some places.
  if (FindArgument(options, name) == nullptr) {
    builder->AddChannelArgument(name, value);
  }
}

int Milliseconds(std::chrono::milliseconds time) {
  return static_cast<int>(
      std::min<int64_t>(time.count(), std::numeric_limits<int>::max()));
}

void SetArguments(const ServerOptions& options,
                  ::grpc::ServerBuilder* builder) {
  if (options.memory != nullptr && options.memory->limit() > 0) {
    ::grpc::ResourceQuota quota("requests");
    quota.Resize(static_cast<size_t>(options.memory->limit()));
    builder->SetResourceQuota(quota);
  }
  SetDefault(options, GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams, builder);
  // Covers TLS and the first frames of HTTP/2.
  SetDefault(options, GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
             Milliseconds(options.receive_timeout), builder);
  // gRPC's own default is 4 MiB.
  if (options.max_request_bytes >= 0 ||
      FindArgument(options, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH) == nullptr) {
    builder->SetMaxReceiveMessageSize(options.max_request_bytes);
  }
  for (const auto& [name, value] : options.channel_arguments) {
    if (const std::optional<int> number = ParseInteger(value)) {
      builder->AddChannelArgument(name, *number);
    } else {
      builder->AddChannelArgument(name, value);
    }
  }
}

// Listens at all addresses, or at none. On success `error` is empty, and
// `ports` has the port of each address.
struct ListenAllResult {
  std::vector<Listener> listeners;
  std::vector<int> ports;
  std::string error;
};

ListenAllResult ListenAtAll(const ServerOptions& options) {
  ListenAllResult all;
  // By gRPC's default two servers share a port without a word.
  const ListenOptions listen{MaySharePort(options), options.receive_timeout};
  for (const std::string& address : options.addresses) {
    ListenResult result = Listen(address, listen);
    if (result.listeners.empty()) {
      for (const Listener& listener : all.listeners) CloseListener(listener);
      return {{}, {}, std::move(result.error)};
    }
    all.ports.push_back(result.listeners[0].port);
    for (Listener& listener : result.listeners) {
      all.listeners.push_back(std::move(listener));
    }
  }
  return all;
}

}  // namespace

StartResult Server::Start(const ServerOptions& options, MethodTable methods,
                          StreamTable streams) {
  if (options.addresses.empty()) {
    return {nullptr, "no address to listen at; give one, such as 0.0.0.0:8500"};
  }
  if (options.tls.has_value()) {
    std::string error = CheckTls(*options.tls);
    if (!error.empty()) return {nullptr, std::move(error)};
  }
  ListenAllResult all = ListenAtAll(options);
  if (!all.error.empty()) return {nullptr, std::move(all.error)};
  PrepareLibrary();
  auto impl =
      std::make_unique<Impl>(options, std::move(methods), std::move(streams));
  impl->ports_ = std::move(all.ports);
  // For the servers that are built from here on, in the whole process.
  ::grpc::EnableDefaultHealthCheckService(options.serve_health);
  ::grpc::ServerBuilder builder;
  SetArguments(options, &builder);
  impl->acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      ::grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      MakeCredentials(options.tls));
  builder.RegisterCallbackGenericService(impl.get());
  impl->grpc_server_ = builder.BuildAndStart();
  if (impl->grpc_server_ == nullptr) {
    for (const Listener& listener : all.listeners) CloseListener(listener);
    return {nullptr,
            "gRPC cannot start a server; look at what it has logged, and at "
            "--grpc_channel_arguments"};
  }
  Impl* const started = impl.get();
  std::unique_ptr<Server> server(new Server(std::move(impl)));
  server->SetServing("", false);
  started->Accept(options, std::move(all.listeners));
  return {std::move(server), ""};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Shutdown(std::chrono::milliseconds(0)); }

const std::vector<int>& Server::ports() const { return impl_->ports_; }

void Server::SetServing(const std::string& service, bool serving) {
  auto* health = impl_->grpc_server_->GetHealthCheckService();
  if (health != nullptr) health->SetServingStatus(service, serving);
}

void Server::SetNothingServing() {
  auto* health = impl_->grpc_server_->GetHealthCheckService();
  if (health != nullptr) health->Shutdown();
}

void Server::Shutdown(std::chrono::milliseconds grace) {
  impl_->connections_->StopAccepting();
  impl_->grpc_server_->Shutdown(std::chrono::system_clock::now() + grace);
}

}  // namespace tfs3::grpc
