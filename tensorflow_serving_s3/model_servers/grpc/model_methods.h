// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MODEL_METHODS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MODEL_METHODS_H_

#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3::grpc {

struct ModelMethodOptions {
  // The encoding of outputs.
  TensorEncoding encoding = TensorEncoding::kField;
  // See InferenceOptions.
  bool check_method_name = false;
  // Whether to serve SessionRun, which runs any part of a model's graph.
  bool enable_session_run = true;
  // Gets every call. May be null. Must outlive the table.
  RequestObserver* observer = nullptr;
  // Logs calls that succeed. May be null. Must outlive the table.
  RequestLogger* request_logger = nullptr;
};

// Makes the methods that need a loaded model:
//
//   tensorflow.serving.PredictionService: Predict, Classify, Regress,
//       MultiInference, GetModelMetadata
//   tensorflow.serving.SessionService: SessionRun
//
//   Server::Start(options, MakeModelMethods(&core, ModelMethodOptions()));
//
// `lookup` must outlive the table. Small requests to signatures that are
// quick() run on the threads of the connections, all others on worker threads.
MethodTable MakeModelMethods(const ModelLookup* lookup,
                             const ModelMethodOptions& options);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MODEL_METHODS_H_
