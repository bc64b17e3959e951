// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/calls.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tfs3::grpc {
namespace {

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

::grpc::Status ErrorStatus(int code, std::string message) {
  if (code < 0 || code > ::grpc::StatusCode::UNAUTHENTICATED) {
    code = ::grpc::StatusCode::UNKNOWN;
  }
  return ::grpc::Status(static_cast<::grpc::StatusCode>(code),
                        std::move(message));
}

// Calls a handler. If memory runs out the call is dropped, and the server
// lives.
void HandleSafely(const Handler& handler, Call call) {
  try {
    handler(std::move(call));
  } catch (const std::bad_alloc&) {
  }
}

// Messages up to this size are inflated where they arrive.
constexpr size_t kSmallCompressedBytes = 4 << 10;

// An answered call that holds more frees its request before the answer is sent.
constexpr int64_t kSmallCallBytes = 64 << 10;

// For the queries of reflection and of health checks.
constexpr InflateLimits kShortMessages = {/*max_bytes=*/1 << 20};

constexpr char kOutOfMemory[] =
    "the server ran out of memory for this call; send it again later, or in "
    "smaller parts (--request_memory_mib bounds what all requests hold)";

::grpc::Status TooSlow(const CallWatch& watch) {
  return ErrorStatus(
      ::grpc::StatusCode::DEADLINE_EXCEEDED,
      "the request did not arrive in time: less than 16 KiB a second came in " +
          std::to_string(watch.timeout().count()) +
          " ms (--grpc_receive_timeout_in_ms)");
}

std::optional<std::string_view> MetadataOf(
    const ::grpc::GenericCallbackServerContext& context, std::string_view key) {
  const auto& headers = context.client_metadata();
  const auto found = headers.find(::grpc::string_ref(key.data(), key.size()));
  if (found == headers.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

// Tells of a call that the handler does not answer. Where there is no memory
// for that, the client is still answered.
void ReportRefusal(const CallContext& shared,
                   const ::grpc::GenericCallbackServerContext& context,
                   std::chrono::steady_clock::time_point began,
                   size_t request_bytes, const ::grpc::Status& status) {
  if (!shared.on_refusal) return;
  try {
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
  } catch (const std::bad_alloc&) {
  }
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

  RequestMemory::Charge* charge() override { return &charge_; }

  std::string peer() const override { return context_->peer(); }

  std::optional<std::string_view> metadata(
      std::string_view key) const override {
    return MetadataOf(*context_, key);
  }

  void Finish(int code, std::string message, std::string payload) override {
    if (charge_.bytes() > kSmallCallBytes) {
      FreeRequest();
      charge_.ShrinkTo(static_cast<int64_t>(payload.capacity()));
    }
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
    RunTask([this, handler = std::move(handler)] {
      HandleSafely(handler, Call(this));
    });
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
      // gRPC may be writing to message_.
      const ::grpc::Status status = TooSlow(*shared_.watch);
      ReportRefusal(shared_, *context_, began_, 0, status);
      ::grpc::ServerGenericBidiReactor::Finish(status);
    } else {
      ReportRefusal(
          shared_, *context_, began_, received_bytes_,
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
    if (messages_ == 0 && context_->IsCancelled()) {
      Refuse(::grpc::StatusCode::CANCELLED,
             "the client cancelled the call before its request had arrived");
      return;
    }
    if (more || messages_ == 0) {
      Refuse(::grpc::StatusCode::INVALID_ARGUMENT,
             context_->method() + " takes one request message, and it got " +
                 (more ? "more" : "none"));
      return;
    }
    received_bytes_ = message_.Length();
    if (!charge_.TryGrow(static_cast<int64_t>(received_bytes_))) {
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
    if (!MayBeCompressed(request_)) {
      HandleSafely(*handler_, Call(this));
    } else if (received_bytes_ <= kSmallCompressedBytes) {
      HandleCompressed();
    } else {
      RunTask([this] { HandleCompressed(); });
    }
  }

  // Inflates the message, if it is compressed, and has it handled.
  void HandleCompressed() {
    Inflated inflated;
    try {
      inflated = Inflate(request_, shared_.inflate, &charge_);
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED,
             shared_.memory == nullptr ? kOutOfMemory
                                       : shared_.memory->RefusalMessage());
      return;
    }
    switch (inflated.error) {
      case InflateError::kNone:
        UseInflated(std::move(inflated.bytes));
        break;
      case InflateError::kNotCompressed:
        break;  // The handler finds that it is no message of its kind.
      case InflateError::kTooLong:
      case InflateError::kTooDense:
        Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED,
               TooLargeMessage(inflated.error));
        return;
    }
    HandleSafely(*handler_, Call(this));
  }

  // Makes `bytes`, which are charged, the request.
  void UseInflated(std::string bytes) {
    FreeRequest();
    charge_.Shrink(static_cast<int64_t>(received_bytes_));
    inflated_ = std::move(bytes);
    request_ = {{inflated_.data(), inflated_.size()}};
  }

  std::string TooLargeMessage(InflateError error) const {
    const std::string begin = "the message has " +
                              std::to_string(received_bytes_) +
                              " bytes and inflates to more than ";
    if (error == InflateError::kTooLong) {
      return begin + std::to_string(shared_.inflate.max_bytes) +
             " (--grpc_max_receive_message_bytes); send it in smaller parts";
    }
    return begin + std::to_string(shared_.inflate.max_ratio) +
           " times as many (--max_inflate_ratio); send it in smaller parts or "
           "without compression";
  }

  // Frees the request, as it came and inflated.
  void FreeRequest() {
    request_.clear();
    slices_.clear();
    message_.Clear();
    surplus_.Clear();
    inflated_ = std::string();
  }

  // Runs `task`, which answers, on a worker, or refuses the call.
  void RunTask(std::function<void()> task) {
    bool runs;
    try {
      runs = Enqueue(std::move(task));
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

  // False if too many calls wait.
  bool Enqueue(std::function<void()> answer) {
    std::function<void()> task = [this, answer = std::move(answer)] {
      if (shared_.counters != nullptr) --shared_.counters->waiting_requests;
      answer();
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
    ReportRefusal(shared_, *context_, began_, received_bytes_, status);
    FreeRequest();
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
  size_t received_bytes_ = 0;  // Of the request, as it came.
  ::grpc::ByteBuffer message_;
  ::grpc::ByteBuffer surplus_;
  std::vector<::grpc::Slice> slices_;
  std::string inflated_;
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
      const ::grpc::Status status = TooSlow(*shared_.watch);
      ReportRefusal(shared_, *context_, began_, 0, status);
      Finish(status);
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
    if (message_.Dump(&slices).ok()) answer = AnswerTo(SlicesOf(slices));
    if (!answer.has_value()) {
      Refuse(::grpc::StatusCode::INVALID_ARGUMENT,
             context_->method() + " cannot read a message of the stream");
      return;
    }
    shared_.watch->BeginSending(this, answer->size());
    answer_ = MakeBuffer(*std::move(answer));
    StartWrite(&answer_);
  }

  std::optional<std::string> AnswerTo(const std::vector<Slice>& message) const {
    if (!MayBeCompressed(message)) return (*handler_)(message);
    const Inflated inflated = Inflate(message, kShortMessages, nullptr);
    if (inflated.error != InflateError::kNone) return std::nullopt;
    return (*handler_)({{inflated.bytes.data(), inflated.bytes.size()}});
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

}  // namespace

::grpc::ServerGenericBidiReactor* NewUnaryCall(
    ::grpc::GenericCallbackServerContext* context, const Handler* handler,
    const CallContext& shared) {
  return new UnaryCall(context, handler, shared);
}

::grpc::ServerGenericBidiReactor* NewStreamCall(
    ::grpc::GenericCallbackServerContext* context, const StreamHandler* handler,
    const CallContext& shared) {
  return new StreamCall(context, handler, shared);
}

::grpc::ServerGenericBidiReactor* NewUnknownCall(
    ::grpc::GenericCallbackServerContext* context, const CallContext& shared) {
  return new UnknownCall(context, shared);
}

std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>
NewHealthInflaterFactory() {
  return std::make_unique<HealthInflaterFactory>();
}

}  // namespace tfs3::grpc
