// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_REQUEST_LOG_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_REQUEST_LOG_H_

#include <string>
#include <vector>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

namespace tfs3::rest {

// Returns the log of a predict request of the REST API. It has the same form as
// for a gRPC request. The tensors are in the order of the signature, and
// `signature_name` is from the request.
//
//   if (logger->Samples(id.name)) {
//     logger->Log(id, name, PredictLogOf(id, name, signature, in, out));
//   }
tensorflow::serving::PredictionLog PredictLogOf(
    const ServableId& id, const std::string& signature_name,
    const SignatureRunner& signature,
    const std::vector<tensorflow::Tensor>& inputs,
    const std::vector<tensorflow::Tensor>& outputs);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_REQUEST_LOG_H_
