// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_METHODS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_METHODS_H_

#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/grpc/model_methods.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Makes the methods of TensorFlow Serving's gRPC API:
//   - the methods of model_methods.h,
//   - tensorflow.serving.ModelService: GetModelStatus and
//     HandleReloadConfigRequest.
//
//   Server::Start(options, MakeMethods(&core, &core, ModelMethodOptions()));
//
// `lookup` and `reloader` must outlive the table. HandleReloadConfigRequest
// runs on threads that only it uses, and waits until shortly before the
// caller's deadline.
MethodTable MakeMethods(const ModelLookup* lookup, ConfigReloader* reloader,
                        const ModelMethodOptions& options);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_METHODS_H_
