// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/unknown_call.h"

#include <chrono>
#include <string>

#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"

namespace tfs3::grpc {
namespace {

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

::grpc::ServerGenericBidiReactor* NewUnknownCall(
    ::grpc::GenericCallbackServerContext* context, const CallContext& shared) {
  return new UnknownCall(context, shared);
}

}  // namespace tfs3::grpc
