// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The calls of a server, as gRPC sees them; the inside of Server.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALLS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALLS_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/server_interceptor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// What all calls of a server share; see ServerOptions. Outlives them. `workers`
// and `watch` are never null.
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

// The reactor for a call of a method of MethodTable, of StreamTable, or of
// neither. It deletes itself when the call has ended.
::grpc::ServerGenericBidiReactor* NewUnaryCall(
    ::grpc::GenericCallbackServerContext* context, const Handler* handler,
    const CallContext& shared);
::grpc::ServerGenericBidiReactor* NewStreamCall(
    ::grpc::GenericCallbackServerContext* context, const StreamHandler* handler,
    const CallContext& shared);
::grpc::ServerGenericBidiReactor* NewUnknownCall(
    ::grpc::GenericCallbackServerContext* context, const CallContext& shared);

// Makes interceptors that inflate the requests of gRPC's own health service.
std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>
NewHealthInflaterFactory();

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALLS_H_
