// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REFLECTION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REFLECTION_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// gRPC's server reflection (grpc.reflection.v1alpha and, equal in all but its
// name, v1): tells clients such as grpcurl which services there are and what
// their messages look like. It knows all messages that this program is linked
// with.
//
//   StreamTable streams =
//       MakeReflection({"tensorflow.serving.PredictionService"});
//   Server::Start(options, methods, streams);
//
// `services` are full names; they are what is listed, and the reflection
// service itself. A service whose descriptor the program does not have is
// listed all the same.
StreamTable MakeReflection(std::vector<std::string> services);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REFLECTION_H_
