// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNKNOWN_CALL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNKNOWN_CALL_H_

#include <grpcpp/generic/async_generic_service.h>

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Makes the reactor for a call of a method in no table: it answers
// UNIMPLEMENTED. It deletes itself when the call has ended. `shared` must
// outlive it.
::grpc::ServerGenericBidiReactor* NewUnknownCall(
    ::grpc::GenericCallbackServerContext* context, const CallContext& shared);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNKNOWN_CALL_H_
