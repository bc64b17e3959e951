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
  // How outputs are written.
  TensorEncoding encoding = TensorEncoding::kField;
  // See InferenceOptions.
  bool check_method_name = false;
  // Whether there is SessionRun, by which a client runs any part of a graph.
  bool enable_session_run = true;
  // Is told of every call; null: nobody is. Must outlive the table.
  RequestObserver* observer = nullptr;
  // Logs what is answered OK; null: nothing is. Must outlive the table.
  RequestLogger* request_logger = nullptr;
};

// The methods that are answered by a loaded model:
//
//   tensorflow.serving.PredictionService: Predict, Classify, Regress,
//       MultiInference, GetModelMetadata
//   tensorflow.serving.SessionService: SessionRun
//
//   Server::Start(options, MakeModelMethods(&core, ModelMethodOptions()));
//
// `lookup` must outlive the table. Small requests of signatures that are
// quick() are answered on gRPC's threads, all others on worker threads.
MethodTable MakeModelMethods(const ModelLookup* lookup,
                             const ModelMethodOptions& options);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MODEL_METHODS_H_
