// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/unary_call.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/byte_buffers.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

namespace tfs3::grpc {
namespace {

// Compressed messages up to this size are inflated on the I/O thread.
constexpr size_t kSmallCompressedBytes = 4 << 10;

// A call with a larger charge frees its request before it sends the response.
constexpr int64_t kSmallCallBytes = 64 << 10;

// Calls a handler. An exception of the type std::bad_alloc destroys the call,
// which answers it with an error.
void HandleSafely(const Handler& handler, Call call) {
  try {
    handler(std::move(call));
  } catch (const std::bad_alloc&) {
  }
}

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
    // Reads once more after the first message: the read must fail, because a
    // unary call has one message only.
    if (ok && ++messages_ == 1) {
      StartRead(&surplus_);
      return;
    }
    if (!shared_.watch->BeginHandling(this)) {
      return;  // Timed out.
    }
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
      if (shared_.edit_error) {
        message = shared_.edit_error(message);
      }
      Send(ErrorStatus(code, std::move(message)));
      return;
    }
    const size_t bytes = payload.size();
    try {
      response_ = MakeBuffer(std::move(payload));
    } catch (const std::bad_alloc&) {
      // Not a refusal: the handler's observer has already seen the call.
      Send(ErrorStatus(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory));
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
             "the handler of the call returned without a response");
    }
  }

  // CallWatch::Entry:

  void OnTimeout(Phase phase) override {
    if (phase == Phase::kReceiving) {
      // Does not free the request: gRPC may be writing to message_.
      const ::grpc::Status status = TooSlowStatus(*shared_.watch);
      ReportRefusal(shared_, *context_, began_, 0, status);
      ::grpc::ServerGenericBidiReactor::Finish(status);
    } else {
      // Not a refusal: the call already has a response.
      context_->TryCancel();
    }
  }

  std::string WatchedPeer() const override { return context_->peer(); }

 private:
  ~UnaryCall() override = default;

  // Calls the handler, or refuses the call. `more`: there is another message
  // after the first.
  void Receive(bool more) {
    if (messages_ == 0 && context_->IsCancelled()) {
      Refuse(::grpc::StatusCode::CANCELLED,
             "the client cancelled the call before its request arrived");
      return;
    }
    if (more || messages_ == 0) {
      Refuse(::grpc::StatusCode::INVALID_ARGUMENT,
             context_->method() + " takes one request message; it received " +
                 (more ? "several" : "none"));
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
               "this server is stopping; call another server");
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

  // Inflates the request, if it is compressed, and calls the handler.
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
      case InflateError::kInvalid:
        break;  // The handler reports that it cannot parse the message.
      case InflateError::kTooLong:
      case InflateError::kRatioTooHigh:
        Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED,
               TooLargeMessage(inflated.error));
        return;
    }
    HandleSafely(*handler_, Call(this));
  }

  // Replaces the request by its inflated bytes, which are already charged.
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

  // Frees the compressed and the inflated request.
  void FreeRequest() {
    request_.clear();
    slices_.clear();
    message_.Clear();
    surplus_.Clear();
    inflated_ = std::string();
  }

  // Runs `task`, which must answer the call, on a worker thread. Refuses the
  // call if that is not possible.
  void RunTask(std::function<void()> task) {
    bool runs;
    try {
      runs = Enqueue(std::move(task));
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
      return;
    }
    if (runs) {
      return;
    }
    if (shared_.counters != nullptr) {
      ++shared_.counters->refused_by_queue;
    }
    Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED,
           "the limit of calls that wait for a thread, " +
               std::to_string(shared_.max_waiting) +
               " (--max_waiting_requests), is reached; call again later, or "
               "call another server");
  }

  // Returns false if too many calls wait.
  bool Enqueue(std::function<void()> response) {
    std::function<void()> task = [this, response = std::move(response)] {
      if (shared_.counters != nullptr) {
        --shared_.counters->waiting_requests;
      }
      response();
    };
    // Before the task can decrement it.
    if (shared_.counters != nullptr) {
      ++shared_.counters->waiting_requests;
    }
    try {
      if (shared_.max_waiting == 0) {
        shared_.workers->Run(std::move(task));
        return true;
      }
      if (shared_.workers->TryRun(std::move(task), shared_.max_waiting)) {
        return true;
      }
    } catch (const std::bad_alloc&) {
      if (shared_.counters != nullptr) {
        --shared_.counters->waiting_requests;
      }
      throw;
    }
    if (shared_.counters != nullptr) {
      --shared_.counters->waiting_requests;
    }
    return false;
  }

  // Answers a call that its handler does not answer.
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
  size_t received_bytes_ = 0;  // The size of the request before inflating.
  ::grpc::ByteBuffer message_;
  ::grpc::ByteBuffer surplus_;
  std::vector<::grpc::Slice> slices_;
  std::string inflated_;
  std::vector<Slice> request_;
  ::grpc::ByteBuffer response_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace

::grpc::ServerGenericBidiReactor* NewUnaryCall(
    ::grpc::GenericCallbackServerContext* context, const Handler* handler,
    const CallContext& shared) {
  return new UnaryCall(context, handler, shared);
}

}  // namespace tfs3::grpc
