// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_HEALTH_INFLATER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_HEALTH_INFLATER_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

namespace tfs3::grpc {

// Makes an interceptor that inflates the requests of grpc.health.v1.Health.
// gRPC implements that service, so its requests do not reach the calls of this
// server, and gRPC's own inflating is switched off.
std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>
NewHealthInflaterFactory();

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_HEALTH_INFLATER_H_
