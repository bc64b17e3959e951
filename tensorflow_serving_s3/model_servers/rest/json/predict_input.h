// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The content of a predict request, read from JSON.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_PREDICT_INPUT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_PREDICT_INPUT_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {

struct PredictInput {
  // From the request; empty if the request names none.
  std::string signature_name;
  JsonFormat format = JsonFormat::kRow;
  // One for each spec, in the order of the specs.
  std::vector<tensorflow::Tensor> tensors;
};

// Returns the inputs of a signature. An empty name means the default signature.
// The vector must outlive the call of JsonToTensors.
using SignatureInputs =
    absl::FunctionRef<absl::StatusOr<const std::vector<TensorSpec>*>(
        absl::string_view)>;

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_PREDICT_INPUT_H_
