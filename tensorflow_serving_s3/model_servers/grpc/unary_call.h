// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNARY_CALL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNARY_CALL_H_

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/request_head.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

namespace tfs3::grpc {

struct UnaryMethod {
  Handler handler;
  // Health checks are answered until the server has stopped: they do not enter
  // its gate, their messages are short, and no budget refuses them.
  bool is_health_check = false;
};

// Makes a call of `method`, which must outlive it. The call deletes itself.
net::http2::Stream* NewUnaryCall(net::http2::Connection* connection,
                                 const CallContext& shared,
                                 const UnaryMethod& method, RequestHead head);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_UNARY_CALL_H_
