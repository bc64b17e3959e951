// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MULTI_INFERENCE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MULTI_INFERENCE_H_

#include "absl/status/status.h"
#include "tensorflow_serving/apis/inference.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Classifies and regresses the same tf.Examples with several signatures of a
// loaded model.
//
//   absl::Status status = MultiInference(request, model.id(), *model,
//                                        InferenceOptions(), &response);
//
// The caller has already chosen the model, by the model_spec of the first task.
// The method_name of a task is kClassifyMethodName or kRegressMethodName; its
// signature must be valid for Classify or Regress. Runs all signatures in one
// run of the model, which is not batched with other requests. The results are
// in the order of the tasks. After an error, `response` is incomplete. Errors:
//   - INVALID_ARGUMENT: there are no tasks or no examples; a task has no model
//     name, or another model or version than the first task; or two tasks name
//     the same signature.
//   - UNIMPLEMENTED: another method_name.
//   - Otherwise the errors of Classify and Regress.
//
// Thread-safe.
absl::Status MultiInference(
    const tensorflow::serving::MultiInferenceRequest& request,
    const ServableId& id, const SavedModelBundle& model,
    const InferenceOptions& options,
    tensorflow::serving::MultiInferenceResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MULTI_INFERENCE_H_
