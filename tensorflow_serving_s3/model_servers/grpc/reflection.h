// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REFLECTION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REFLECTION_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Makes gRPC's server reflection (grpc.reflection.v1alpha, and v1 with the same
// messages). Clients such as grpcurl use it to list the services and to read
// the definitions of their messages. It has all messages that are linked into
// this program.
//
//   StreamTable streams =
//       MakeReflection({"tensorflow.serving.PredictionService"});
//   Server::Start(options, methods, streams);
//
// `services` are the full names of the services to list, in addition to the
// reflection service. They need no descriptor in this program.
StreamTable MakeReflection(std::vector<std::string> services);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_REFLECTION_H_
