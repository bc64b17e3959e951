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

// Runs a signature on the inputs of a request:
//
//   absl::StatusOr<const SignatureRunner*> signature =
//       model->GetSignature(request.model_spec().signature_name());
//   absl::Status status =
//       Predict(request, model.id(), **signature, InferenceOptions(),
//               &response);
//
// The caller has already chosen the model and the signature; Predict ignores
// the request's model_spec. It writes name, version and signature to
// `response`, which must be empty. A missing input takes the model's default
// value. With InferenceOptions::detached, the numbers of large inputs are
// there, and it puts large outputs there. `output_filter` chooses outputs; if
// it is empty, computes all outputs. Errors:
//   - INVALID_ARGUMENT, with the name of the input or output: an input is
//     missing or unknown, a TensorProto is not valid, or a name in
//     `output_filter` is unknown or repeated.
//   - CANCELLED: the caller has stopped waiting.
//   - Otherwise the errors of SignatureRunner::Run.
//
// Thread-safe.
absl::Status Predict(const tensorflow::serving::PredictRequest& request,
                     const ServableId& id, const SignatureRunner& signature,
                     const InferenceOptions& options,
                     tensorflow::serving::PredictResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_PREDICT_H_
