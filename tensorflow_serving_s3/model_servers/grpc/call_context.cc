// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"

#include <new>
#include <utility>

namespace tfs3::grpc {

::grpc::Status ErrorStatus(int code, std::string message) {
  if (code < 0 || code > ::grpc::StatusCode::UNAUTHENTICATED) {
    code = ::grpc::StatusCode::UNKNOWN;
  }
  return ::grpc::Status(static_cast<::grpc::StatusCode>(code),
                        std::move(message));
}

::grpc::Status TooSlowStatus(const CallWatch& watch) {
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
  if (found == headers.end()) {
    return std::nullopt;
  }
  return std::string_view(found->second.data(), found->second.size());
}

void ReportRefusal(const CallContext& shared,
                   const ::grpc::GenericCallbackServerContext& context,
                   std::chrono::steady_clock::time_point began,
                   size_t request_bytes, const ::grpc::Status& status) {
  if (!shared.on_refusal) {
    return;
  }
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

}  // namespace tfs3::grpc
