// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/stream_call.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/byte_buffers.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

namespace tfs3::grpc {
namespace {

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
    if (!shared_.watch->BeginHandling(this)) {
      return;  // Timed out.
    }
    if (!ok) {  // The client has closed its side of the stream.
      Finish(::grpc::Status::OK);
      return;
    }
    try {
      Respond();
    } catch (const std::bad_alloc&) {
      Refuse(::grpc::StatusCode::RESOURCE_EXHAUSTED, kOutOfMemory);
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      shared_.watch->BeginReceiving(this);
      StartRead(&message_);
    } else {
      Finish(::grpc::Status::CANCELLED);  // The client disconnected.
    }
  }

  void OnDone() override {
    shared_.watch->Remove(this);
    delete this;
  }

  // CallWatch::Entry:

  void OnTimeout(Phase phase) override {
    if (phase == Phase::kReceiving) {
      const ::grpc::Status status = TooSlowStatus(*shared_.watch);
      ReportRefusal(shared_, *context_, began_, 0, status);
      Finish(status);
    } else {
      context_->TryCancel();
    }
  }

  std::string WatchedPeer() const override { return context_->peer(); }

 private:
  ~StreamCall() override = default;

  void Respond() {
    std::vector<::grpc::Slice> slices;
    std::optional<std::string> response;
    if (message_.Dump(&slices).ok()) {
      response = AnswerTo(SlicesOf(slices));
    }
    if (!response.has_value()) {
      Refuse(::grpc::StatusCode::INVALID_ARGUMENT,
             context_->method() + " cannot parse a message of the stream");
      return;
    }
    shared_.watch->BeginSending(this, response->size());
    answer_ = MakeBuffer(*std::move(response));
    StartWrite(&answer_);
  }

  std::optional<std::string> AnswerTo(const std::vector<Slice>& message) const {
    if (!MayBeCompressed(message)) {
      return (*handler_)(message);
    }
    const Inflated inflated = Inflate(message, kShortMessages, nullptr);
    if (inflated.error != InflateError::kNone) {
      return std::nullopt;
    }
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

}  // namespace

::grpc::ServerGenericBidiReactor* NewStreamCall(
    ::grpc::GenericCallbackServerContext* context, const StreamHandler* handler,
    const CallContext& shared) {
  return new StreamCall(context, handler, shared);
}

}  // namespace tfs3::grpc
