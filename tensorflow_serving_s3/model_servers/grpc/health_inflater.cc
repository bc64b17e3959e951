// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/health_inflater.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/byte_buffers.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

namespace tfs3::grpc {
namespace {

class HealthInflater final : public ::grpc::experimental::Interceptor {
 public:
  void Intercept(
      ::grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            ::grpc::experimental::InterceptionHookPoints::POST_RECV_MESSAGE)) {
      auto* const message =
          static_cast<::grpc::ByteBuffer*>(methods->GetRecvMessage());
      if (message != nullptr) {
        Replace(message);
      }
    }
    methods->Proceed();
  }

 private:
  static void Replace(::grpc::ByteBuffer* message) {
    std::vector<::grpc::Slice> slices;
    if (!message->Valid() || !message->Dump(&slices).ok()) {
      return;
    }
    const std::vector<Slice> parts = SlicesOf(slices);
    if (!MayBeCompressed(parts)) {
      return;
    }
    Inflated inflated = Inflate(parts, kShortMessages, nullptr);
    if (inflated.error != InflateError::kNone) {
      return;
    }
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

}  // namespace

std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>
NewHealthInflaterFactory() {
  return std::make_unique<HealthInflaterFactory>();
}

}  // namespace tfs3::grpc
