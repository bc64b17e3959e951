// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNARY_CALL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNARY_CALL_H_

#include <grpcpp/generic/async_generic_service.h>

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Makes the reactor for a call of a method of MethodTable: it reads one request
// message, calls `handler` and writes the response. It deletes itself when the
// call has ended. `handler` and `shared` must outlive it.
::grpc::ServerGenericBidiReactor* NewUnaryCall(
    ::grpc::GenericCallbackServerContext* context, const Handler* handler,
    const CallContext& shared);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNARY_CALL_H_
