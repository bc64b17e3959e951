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

// Answers a MultiInferenceRequest for a loaded model: several signatures, each
// classified or regressed, on the same tf.Examples.
//
//   absl::Status status = MultiInference(request, model.id(), *model,
//                                        InferenceOptions(), &response);
//
// The caller has found the model by the model_spec of the first task. The
// method_name of a task says what to do: kClassifyMethodName or
// kRegressMethodName; its signature is as Classify or Regress wants it. All
// signatures are computed in one run of the model, which is fed the examples
// once and is not batched with other requests'; results are in the order of the
// tasks. An error leaves an unfinished `response`.
//
// INVALID_ARGUMENT if there are no tasks or no examples, if a task names no
// model, another model or version than the first, or a signature that another
// task names too; UNIMPLEMENTED for another method_name. Otherwise the errors
// of Classify and Regress. Thread-safe.
absl::Status MultiInference(
    const tensorflow::serving::MultiInferenceRequest& request,
    const ServableId& id, const SavedModelBundle& model,
    const InferenceOptions& options,
    tensorflow::serving::MultiInferenceResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MULTI_INFERENCE_H_
