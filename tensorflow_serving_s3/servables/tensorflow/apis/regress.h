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

// Answers a RegressionRequest for a loaded model:
//
//   absl::Status status =
//       Regress(request, model.id(), *model, InferenceOptions(), &response);
//
// The caller has found the model by the request's model_spec, of which only the
// signature's name is looked at; `response` (empty, perhaps on an arena) gets
// the effective one. The signature takes serialized tf.Examples as its one
// input, "inputs", and its one output, "outputs", is float [examples] or
// [examples, 1].
//
// INVALID_ARGUMENT if the request has no examples or the signature or what it
// computes is not as told here. Otherwise the errors of SignatureRunner::Run.
// Thread-safe.
absl::Status Regress(const tensorflow::serving::RegressionRequest& request,
                     const ServableId& id, const SavedModelBundle& model,
                     const InferenceOptions& options,
                     tensorflow::serving::RegressionResponse* response);

// The error of a Regress with that signature, empty for the default one,
// whatever its examples; OK if there is none.
absl::Status CheckRegressSignature(const SavedModelBundle& model,
                                   absl::string_view signature_name,
                                   const InferenceOptions& options);

// INVALID_ARGUMENT if a signature's outputs are not as Regress wants them.
absl::Status CheckRegressOutputs(const SignatureRunner& signature);

// Writes the answer for `examples` examples out of what "outputs" gave.
// Charges the answer. INVALID_ARGUMENT if its shape or type is wrong.
absl::Status WriteRegressions(const tensorflow::Tensor& outputs,
                              int64_t examples, const MemoryCharge& charge,
                              tensorflow::serving::RegressionResult* result);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_REGRESS_H_
