// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_REGRESS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_REGRESS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// Regresses the tf.Examples of a request with a signature of a loaded model:
//
//   absl::Status status =
//       Regress(request, model.id(), *model, InferenceOptions(), &response);
//
// The caller has already chosen the model: of the request's model_spec, Regress
// uses only the signature's name. It writes name, version and signature to
// `response`, which must be empty. The signature must have
//   - one input, "inputs": serialized tf.Examples, and
//   - one output, "outputs": float [examples] or [examples, 1].
//
// Returns INVALID_ARGUMENT if the request has no examples or the signature is
// different; otherwise the errors of SignatureRunner::Run. Thread-safe.
absl::Status Regress(const tensorflow::serving::RegressionRequest& request,
                     const ServableId& id, const SavedModelBundle& model,
                     const InferenceOptions& options,
                     tensorflow::serving::RegressionResponse* response);

// Returns the error that Regress would return with this signature for all
// examples, or OK. An empty name means the default signature.
absl::Status CheckRegressSignature(const SavedModelBundle& model,
                                   absl::string_view signature_name,
                                   const InferenceOptions& options);

// Returns INVALID_ARGUMENT if the signature does not have the output that
// Regress needs.
absl::Status CheckRegressOutputs(const SignatureRunner& signature);

// Writes the result for `examples` examples from the value of "outputs".
// Charges the memory of the result. Returns INVALID_ARGUMENT if a type or shape
// is wrong.
absl::Status WriteRegressions(const tensorflow::Tensor& outputs,
                              int64_t examples, const MemoryCharge& charge,
                              tensorflow::serving::RegressionResult* result);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_REGRESS_H_
