// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/api/request_log.h"

#include <cstddef>

#include "google/protobuf/map.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {
namespace {

using TensorMap = google::protobuf::Map<std::string, tensorflow::TensorProto>;

void Encode(const std::vector<TensorSpec>& specs,
            const std::vector<tensorflow::Tensor>& tensors, TensorMap* map) {
  for (size_t i = 0; i < specs.size(); ++i) {
    EncodeTensor(tensors[i], TensorEncoding::kContent, &(*map)[specs[i].alias]);
  }
}

}  // namespace

tensorflow::serving::PredictionLog PredictLogOf(
    const ServableId& id, const std::string& signature_name,
    const SignatureRunner& signature,
    const std::vector<tensorflow::Tensor>& inputs,
    const std::vector<tensorflow::Tensor>& outputs) {
  tensorflow::serving::PredictionLog log;
  auto* const request = log.mutable_predict_log()->mutable_request();
  request->mutable_model_spec()->set_name(id.name);
  request->mutable_model_spec()->set_signature_name(signature_name);
  Encode(signature.inputs(), inputs, request->mutable_inputs());
  auto* const response = log.mutable_predict_log()->mutable_response();
  *response->mutable_model_spec() = request->model_spec();
  response->mutable_model_spec()->mutable_version()->set_value(id.version);
  Encode(signature.outputs(), outputs, response->mutable_outputs());
  return log;
}

}  // namespace tfs3::rest
