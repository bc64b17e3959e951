// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_CONTEXT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_CONTEXT_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// What all calls of a server share; see ServerOptions. Must outlive the calls.
// `workers` and `watch` are never null.
struct CallContext {
  RequestGate* gate = nullptr;
  RequestMemory* memory = nullptr;
  int64_t max_waiting = 0;
  TransportCounters* counters = nullptr;
  std::function<void(const CallRefusal&)> on_refusal;
  std::function<std::string(const std::string&)> edit_error;
  WorkerPool* workers = nullptr;
  CallWatch* watch = nullptr;
  InflateLimits inflate;
};

inline constexpr char kOutOfMemory[] =
    "the server ran out of memory for this call; send it again later, or send "
    "smaller requests (--request_memory_mib limits the memory of all requests)";

// Replaces codes that gRPC does not define by UNKNOWN.
::grpc::Status ErrorStatus(int code, std::string message);

// The error of a request that did not arrive within the timeout of `watch`.
::grpc::Status TooSlowStatus(const CallWatch& watch);

// Returns the first value of a request header.
std::optional<std::string_view> MetadataOf(
    const ::grpc::GenericCallbackServerContext& context, std::string_view key);

// Calls on_refusal for a call that the transport answers with `status`. Does
// nothing if there is not enough memory for that.
void ReportRefusal(const CallContext& shared,
                   const ::grpc::GenericCallbackServerContext& context,
                   std::chrono::steady_clock::time_point began,
                   size_t request_bytes, const ::grpc::Status& status);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_CONTEXT_H_
