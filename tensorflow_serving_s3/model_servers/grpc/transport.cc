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
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <new>
#include <system_error>
#include <thread>

#include "tensorflow_serving_s3/model_servers/grpc/listen_check.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"
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

// Calls a handler. Where memory runs out the call is dropped, which answers it
// RESOURCE_EXHAUSTED, and the server lives.
void HandleSafely(const Handler& handler, Call call) {
  try {
    handler(std::move(call));
  } catch (const std::bad_alloc&) {
  }
}

// How many calls may be open on one connection. A client with more waits by
// itself.
constexpr int kMaxStreams = 1000;

// Messages up to this size are inflated where they arrive.
constexpr size_t kSmallCompressedBytes = 4 << 10;

// What a call frees when it is answered, and not with the call: more than this.
constexpr int64_t kSmallCallBytes = 64 << 10;

// What all calls of a server share.
struct CallLimits {
  RequestGate* gate = nullptr;
  RequestMemory* memory = nullptr;
  int64_t max_waiting = 0;
  InflateLimits inflate;
};

// A call of a method that is in the table: reads until the client is done, has
// the handler called, writes the answer. Deletes itself when gRPC is done too.
class UnaryCall final : public ::grpc::ServerGenericBidiReactor,
                        public internal::CallState {
 public:
  UnaryCall(::grpc::GenericCallbackServerContext* context,
            const Handler* handler, WorkerPool* workers,
            const CallLimits& limits, const ErrorEditor& edit_error)
      : context_(context),
        handler_(handler),
        workers_(workers),
        limits_(limits),
        edit_error_(edit_error),
        charge_(limits.memory) {
    StartRead(&message_);
  }

  // ServerGenericBidiReactor:

  void OnReadDone(bool ok) override {
    if (ok) {
      // One message; what else comes is read to the end and not kept.
      if (++messages_ == 1) {
        StartRead(&surplus_);
      } else {
        RefuseMessages("it got more");
      }
      return;
    }
    if (messages_ == 0) {
      RefuseMessages("it got none");
      return;
    }
    if (!charge_.TryGrow(static_cast<int64_t>(message_.Length()))) {
      surplus_.Clear();
      RefuseForMemory();
      return;
    }
    if (limits_.gate != nullptr) {
      pass_ = limits_.gate->Enter();
      if (!pass_) {
        ::grpc::ServerGenericBidiReactor::Finish(
            ErrorStatus(::grpc::StatusCode::UNAVAILABLE,
                        "this server is stopping; call another one"));
        return;
      }
    }
    if (!message_.Dump(&slices_).ok()) {
      ::grpc::ServerGenericBidiReactor::Finish(
          ErrorStatus(::grpc::StatusCode::INTERNAL,
                      "the request message cannot be read; send it again "
                      "without compression"));
      return;
    }
    request_ = SlicesOf(slices_);
    if (!MayBeCompressed(request_)) {
      HandleSafely(*handler_, Call(this));
    } else if (message_.Length() <= kSmallCompressedBytes) {
      HandleCompressed();
    } else {
      RunTask([this] { HandleCompressed(); });
    }
  }

  void OnCancel() override { cancelled_ = true; }

  void OnDone() override { delete this; }

  // internal::CallState:

  const std::vector<Slice>& request() const override { return request_; }

  std::chrono::system_clock::time_point deadline() const override {
    return context_->deadline();
  }

  bool cancelled() const override { return cancelled_; }

  RequestMemory::Charge* charge() override { return &charge_; }

  std::string peer() const override { return context_->peer(); }

  std::optional<std::string_view> metadata(
      std::string_view key) const override {
    const auto& headers = context_->client_metadata();
    const auto found = headers.find(::grpc::string_ref(key.data(), key.size()));
    if (found == headers.end()) return std::nullopt;
    return std::string_view(found->second.data(), found->second.size());
  }

  void Finish(int code, std::string message, std::string payload) override {
    if (charge_.bytes() > kSmallCallBytes) {
      FreeRequest();
      charge_.ShrinkTo(static_cast<int64_t>(payload.capacity()));
    }
    if (code != ::grpc::StatusCode::OK) {
      if (edit_error_) message = edit_error_(message);
      ::grpc::ServerGenericBidiReactor::Finish(
          ErrorStatus(code, std::move(message)));
      return;
    }
    response_ = MakeBuffer(std::move(payload));
    StartWriteAndFinish(&response_, ::grpc::WriteOptions(), ::grpc::Status::OK);
  }

  void RunOnWorker(Handler handler) override {
    RunTask([this, handler = std::move(handler)] {
      HandleSafely(handler, Call(this));
    });
  }

 private:
  ~UnaryCall() override = default;

  // Runs `task`, which answers, on a worker.
  void RunTask(std::function<void()> task) {
    if (limits_.max_waiting == 0) {
      workers_->Run(std::move(task));
    } else if (!workers_->TryRun(std::move(task), limits_.max_waiting)) {
      Finish(::grpc::StatusCode::RESOURCE_EXHAUSTED,
             "as many calls as may, " + std::to_string(limits_.max_waiting) +
                 " (--max_waiting_requests), wait for a thread already; call "
                 "again later, or another server",
             "");
    }
  }

  // Inflates the message, if it is compressed, and has it handled.
  void HandleCompressed() {
    Inflated inflated;
    try {
      inflated = Inflate(request_, limits_.inflate, &charge_);
    } catch (const std::bad_alloc&) {
      RefuseForMemory();
      return;
    }
    switch (inflated.error) {
      case InflateError::kNone:
        UseInflated(std::move(inflated.bytes));
        break;
      case InflateError::kNotCompressed:
        break;  // The handler sees that it is no message of its kind.
      case InflateError::kTooLong:
      case InflateError::kTooDense:
        Finish(::grpc::StatusCode::RESOURCE_EXHAUSTED,
               TooLargeMessage(inflated.error), "");
        return;
    }
    HandleSafely(*handler_, Call(this));
  }

  // Has `bytes`, which are charged, be the request.
  void UseInflated(std::string bytes) {
    const auto compressed = static_cast<int64_t>(message_.Length());
    FreeRequest();
    charge_.Shrink(compressed);
    inflated_ = std::move(bytes);
    request_ = {{inflated_.data(), inflated_.size()}};
  }

  std::string TooLargeMessage(InflateError error) const {
    const InflateLimits& limits = limits_.inflate;
    const std::string bytes = std::to_string(message_.Length());
    if (error == InflateError::kTooLong) {
      return "the message has " + bytes + " bytes and inflates to more than " +
             std::to_string(limits.max_bytes) +
             " (--grpc_max_receive_message_bytes); send it in smaller parts";
    }
    return "the message has " + bytes + " bytes and inflates to more than " +
           std::to_string(limits.max_ratio) +
           " times as many (--max_inflate_ratio); send it in smaller parts or "
           "without compression";
  }

  void RefuseForMemory() {
    FreeRequest();
    charge_.Reset();
    ::grpc::ServerGenericBidiReactor::Finish(ErrorStatus(
        ::grpc::StatusCode::RESOURCE_EXHAUSTED,
        limits_.memory == nullptr ? "the server has not enough memory"
                                  : limits_.memory->RefusalMessage()));
  }

  // Frees the request as it came and inflated.
  void FreeRequest() {
    request_.clear();
    slices_.clear();
    message_.Clear();
    inflated_ = std::string();
  }

  void RefuseMessages(const std::string& got) {
    ::grpc::ServerGenericBidiReactor::Finish(ErrorStatus(
        ::grpc::StatusCode::INVALID_ARGUMENT,
        context_->method() + " takes one request message, and " + got));
  }

  ::grpc::GenericCallbackServerContext* const context_;
  const Handler* const handler_;
  WorkerPool* const workers_;
  const CallLimits& limits_;
  const ErrorEditor& edit_error_;
  RequestGate::Pass pass_;
  RequestMemory::Charge charge_;

  int messages_ = 0;
  ::grpc::ByteBuffer message_;
  ::grpc::ByteBuffer surplus_;
  std::vector<::grpc::Slice> slices_;
  std::string inflated_;
  std::vector<Slice> request_;
  ::grpc::ByteBuffer response_;
  std::atomic<bool> cancelled_{false};
};

// For the queries of reflection and of health checks.
constexpr InflateLimits kShortMessages = {/*max_bytes=*/1 << 20};

// A call of a method that answers each message of a stream. Deletes itself when
// gRPC is done.
class StreamCall final : public ::grpc::ServerGenericBidiReactor {
 public:
  StreamCall(const std::string& method, const StreamHandler* handler)
      : method_(method), handler_(handler) {
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {  // The client has said all.
      Finish(::grpc::Status::OK);
      return;
    }
    std::vector<::grpc::Slice> slices;
    std::optional<std::string> answer;
    if (message_.Dump(&slices).ok()) answer = Answer(SlicesOf(slices));
    if (!answer.has_value()) {
      Finish(ErrorStatus(::grpc::StatusCode::INVALID_ARGUMENT,
                         method_ + " cannot read a message of the stream"));
      return;
    }
    answer_ = MakeBuffer(*std::move(answer));
    StartWrite(&answer_);
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&message_);
    } else {
      Finish(::grpc::Status::CANCELLED);  // The client has gone.
    }
  }

  void OnDone() override { delete this; }

 private:
  ~StreamCall() override = default;

  std::optional<std::string> Answer(const std::vector<Slice>& message) const {
    if (!MayBeCompressed(message)) return (*handler_)(message);
    const Inflated inflated = Inflate(message, kShortMessages, nullptr);
    if (inflated.error != InflateError::kNone) return std::nullopt;
    return (*handler_)({{inflated.bytes.data(), inflated.bytes.size()}});
  }

  const std::string method_;
  const StreamHandler* const handler_;
  ::grpc::ByteBuffer message_;
  ::grpc::ByteBuffer answer_;
};

// Inflates the requests of gRPC's own health service.
class HealthInflater final : public ::grpc::experimental::Interceptor {
 public:
  void Intercept(
      ::grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            ::grpc::experimental::InterceptionHookPoints::POST_RECV_MESSAGE)) {
      auto* const message =
          static_cast<::grpc::ByteBuffer*>(methods->GetRecvMessage());
      if (message != nullptr) Replace(message);
    }
    methods->Proceed();
  }

 private:
  static void Replace(::grpc::ByteBuffer* message) {
    std::vector<::grpc::Slice> slices;
    if (!message->Valid() || !message->Dump(&slices).ok()) return;
    const std::vector<Slice> parts = SlicesOf(slices);
    if (!MayBeCompressed(parts)) return;
    Inflated inflated = Inflate(parts, kShortMessages, nullptr);
    if (inflated.error != InflateError::kNone) return;
    *message = MakeBuffer(std::move(inflated.bytes));
  }
};

class HealthInflaterFactory final
    : public ::grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  ::grpc::experimental::Interceptor* CreateServerInterceptor(
      ::grpc::experimental::ServerRpcInfo* info) override {
    constexpr std::string_view kHealth = "/grpc.health.v1.Health/";
    const bool is_health =
        std::string_view(info->method()).substr(0, kHealth.size()) == kHealth;
    return is_health ? new HealthInflater : nullptr;
  }
};

// A call of a method that is in no table.
class UnknownCall final : public ::grpc::ServerGenericBidiReactor {
 public:
  explicit UnknownCall(const std::string& method) {
    Finish(ErrorStatus(::grpc::StatusCode::UNIMPLEMENTED,
                       "this server has no method " + method));
  }

  void OnDone() override { delete this; }
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

// How long messages may become when they are inflated, which is checked here.
InflateLimits InflateLimitsOf(const ServerOptions& options) {
  int64_t most = options.max_request_bytes;
  if (most < 0) {
    const std::string* const value =
        FindArgument(options, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH);
    most = value == nullptr ? -1 : ParseInteger(*value).value_or(-1);
  }
  constexpr int64_t kLongestMessage = std::numeric_limits<int32_t>::max();
  return {static_cast<uint64_t>(most < 0 ? kLongestMessage : most),
          static_cast<uint64_t>(options.max_inflate_ratio)};
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
  if (state_ == nullptr) return;
  if (std::uncaught_exceptions() > 0) {
    state_->Finish(::grpc::StatusCode::RESOURCE_EXHAUSTED,
                   "the server has not enough memory for the call now; call "
                   "again later",
                   "");
  } else {
    state_->Finish(::grpc::StatusCode::INTERNAL,
                   "the server gave up on the call without an answer", "");
  }
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
  Impl(MethodTable methods, StreamTable streams, int num_workers,
       const CallLimits& limits, ErrorEditor edit_error)
      : methods_(std::move(methods)),
        streams_(std::move(streams)),
        limits_(limits),
        edit_error_(std::move(edit_error)),
        workers_(num_workers) {}

  ::grpc::ServerGenericBidiReactor* CreateReactor(
      ::grpc::GenericCallbackServerContext* context) override {
    const auto method = methods_.find(context->method());
    if (method != methods_.end()) {
      return new UnaryCall(context, &method->second, &workers_, limits_,
                           edit_error_);
    }
    const auto stream = streams_.find(context->method());
    if (stream != streams_.end()) {
      return new StreamCall(context->method(), &stream->second);
    }
    return new UnknownCall(context->method());
  }

  const MethodTable methods_;
  const StreamTable streams_;
  const CallLimits limits_;
  const ErrorEditor edit_error_;
  WorkerPool workers_;
  std::vector<int> ports_;
  std::unique_ptr<::grpc::Server> grpc_server_;
};

StartResult Server::Start(const ServerOptions& options, MethodTable methods,
                          StreamTable streams) {
  if (options.addresses.empty()) {
    return {nullptr, "no address to listen at; give one, such as 0.0.0.0:8500"};
  }
  for (const std::string& address : options.addresses) {
    // A port that others may share can be in use.
    if (MaySharePort(options)) break;
    std::string error = CheckListen(address);
    if (!error.empty()) return {nullptr, std::move(error)};
  }
  if (options.tls.has_value()) {
    std::string error = CheckTls(*options.tls);
    if (!error.empty()) return {nullptr, std::move(error)};
  }
  PrepareLibrary();
  auto impl = std::make_unique<Impl>(
      std::move(methods), std::move(streams),
      options.num_workers > 0 ? options.num_workers : DefaultWorkers(),
      CallLimits{options.gate, options.memory, options.max_waiting,
                 InflateLimitsOf(options)},
      options.edit_error);
  ::grpc::ServerBuilder builder;
  if (options.memory != nullptr && options.memory->limit() > 0) {
    ::grpc::ResourceQuota quota("requests");
    quota.Resize(static_cast<size_t>(options.memory->limit()));
    builder.SetResourceQuota(quota);
  }
  // For the servers that are built from here on, in the whole process.
  ::grpc::EnableDefaultHealthCheckService(options.serve_health);
  // By gRPC's default two servers share a port without a word. Of an argument
  // that is given twice, gRPC takes the first in some places.
  if (FindArgument(options, GRPC_ARG_ALLOW_REUSEPORT) == nullptr) {
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  }
  if (FindArgument(options, GRPC_ARG_MAX_CONCURRENT_STREAMS) == nullptr) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  }
  // gRPC would inflate a message before anything could refuse it.
  if (FindArgument(options, GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION) ==
      nullptr) {
    builder.AddChannelArgument(GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0);
  }
  if (options.serve_health) {
    std::vector<std::unique_ptr<
        ::grpc::experimental::ServerInterceptorFactoryInterface>>
        creators;
    creators.push_back(std::make_unique<HealthInflaterFactory>());
    builder.experimental().SetInterceptorCreators(std::move(creators));
  }
  // gRPC's own default is 4 MiB.
  if (options.max_request_bytes >= 0 ||
      FindArgument(options, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH) == nullptr) {
    builder.SetMaxReceiveMessageSize(options.max_request_bytes);
  }
  for (const auto& [name, value] : options.channel_arguments) {
    if (const std::optional<int> number = ParseInteger(value)) {
      builder.AddChannelArgument(name, *number);
    } else {
      builder.AddChannelArgument(name, value);
    }
  }
  // Not resized from here on: gRPC writes to the elements.
  impl->ports_.resize(options.addresses.size());
  for (size_t i = 0; i < options.addresses.size(); ++i) {
    builder.AddListeningPort(options.addresses[i], MakeCredentials(options.tls),
                             &impl->ports_[i]);
  }
  builder.RegisterCallbackGenericService(impl.get());
  impl->grpc_server_ = builder.BuildAndStart();
  if (impl->grpc_server_ == nullptr) {
    std::string addresses;
    for (const std::string& address : options.addresses) {
      addresses += (addresses.empty() ? "" : ", ") + address;
    }
    return {nullptr, "gRPC cannot listen at " + addresses +
                         "; choose another address or port"};
  }
  std::unique_ptr<Server> server(new Server(std::move(impl)));
  server->SetServing("", false);
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
  impl_->grpc_server_->Shutdown(std::chrono::system_clock::now() + grace);
}

}  // namespace tfs3::grpc
