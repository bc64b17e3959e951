// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_PREDICT_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_PREDICT_H_

#include "absl/status/status.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

namespace tfs3 {

// Answers a PredictRequest with one signature of a loaded model:
//
//   absl::StatusOr<const SignatureRunner*> signature =
//       model->GetSignature(request.model_spec().signature_name());
//   absl::Status status =
//       Predict(request, model.id(), **signature, InferenceOptions(),
//               &response);
//
// The caller has found the model and the signature by the request's model_spec,
// which is not looked at again; `response` (empty, perhaps on an arena) gets
// the effective one: name and version of `id`, name of `signature`. Inputs that
// the request leaves out take the model's default values. `output_filter`
// chooses outputs; if empty, all are computed.
//
// INVALID_ARGUMENT naming the input or output: inputs missing or unknown,
// a TensorProto that is no tensor, an unknown or repeated name in
// `output_filter`. CANCELLED if the caller has stopped waiting. Otherwise the
// errors of SignatureRunner::Run. Thread-safe as the runner is.
absl::Status Predict(const tensorflow::serving::PredictRequest& request,
                     const ServableId& id, const SignatureRunner& signature,
                     const InferenceOptions& options,
                     tensorflow::serving::PredictResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_PREDICT_H_
