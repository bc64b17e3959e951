// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_CONTEXT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_CONTEXT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// What all calls of a server share; see ServerOptions. Must outlive the calls.
// `workers` is never null.
struct CallContext {
  RequestGate* gate = nullptr;
  RequestMemory* memory = nullptr;
  int64_t max_waiting = 0;
  TransportCounters* counters = nullptr;
  std::function<void(const CallRefusal&)> on_refusal;
  std::function<std::string(const std::string&)> edit_error;
  WorkerPool* workers = nullptr;
  std::chrono::milliseconds receive_timeout{0};
  InflateLimits inflate;
  // The longest response; -1: no limit.
  int64_t max_send_bytes = -1;
  // See ServerOptions.
  std::function<size_t(std::string_view begin)> find_numbers;
  // The coding of responses, if the client accepts it.
  Coding response_coding = Coding::kIdentity;
};

// Codes of gRPC.
enum Code : int {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kResourceExhausted = 8,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16,
};

// The result of a call.
struct CallStatus {
  int code = Code::kOk;
  std::string message;
};

inline constexpr char kOutOfMemory[] =
    "the server ran out of memory for this call; send it again later, or send "
    "smaller requests (--request_memory_mib limits the memory of all requests)";

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_CONTEXT_H_
