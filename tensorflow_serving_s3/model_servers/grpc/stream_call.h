// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_STREAM_CALL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_STREAM_CALL_H_

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/request_head.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

namespace tfs3::grpc {

// Makes a call that answers each message of a stream with `handler`, which must
// outlive it. The call deletes itself.
net::http2::Stream* NewStreamCall(net::http2::Connection* connection,
                                  const CallContext& shared,
                                  const StreamHandler& handler,
                                  RequestHead head);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_STREAM_CALL_H_
