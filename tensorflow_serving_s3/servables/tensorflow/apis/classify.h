// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_CLASSIFY_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_CLASSIFY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// Answers a ClassificationRequest for a loaded model:
//
//   absl::Status status =
//       Classify(request, model.id(), *model, InferenceOptions(), &response);
//
// The caller has found the model by the request's model_spec, of which only the
// signature's name is looked at; `response` (empty, perhaps on an arena) gets
// the effective one. The signature takes serialized tf.Examples as its one
// input, "inputs", and has one or two outputs, of which "classes" (string
// [examples, classes]) gives the labels and "scores" (float, the same shape)
// the scores; one of the two is enough.
//
// INVALID_ARGUMENT if the request has no examples or the signature or what it
// computes is not as told here. Otherwise the errors of SignatureRunner::Run.
// Thread-safe.
absl::Status Classify(const tensorflow::serving::ClassificationRequest& request,
                      const ServableId& id, const SavedModelBundle& model,
                      const InferenceOptions& options,
                      tensorflow::serving::ClassificationResponse* response);

// The error of a Classify with that signature, empty for the default one,
// whatever its examples; OK if there is none.
absl::Status CheckClassifySignature(const SavedModelBundle& model,
                                    absl::string_view signature_name,
                                    const InferenceOptions& options);

// The places of "classes" and "scores" among a signature's outputs.
struct ClassifyOutputs {
  std::optional<size_t> classes;
  std::optional<size_t> scores;
};

// INVALID_ARGUMENT if they are not as Classify wants.
absl::StatusOr<ClassifyOutputs> FindClassifyOutputs(
    const SignatureRunner& signature);

// Writes the answer for `examples` examples out of what the outputs gave; null
// for one that there is not. Charges the answer. INVALID_ARGUMENT if a shape or
// type is wrong.
absl::Status WriteClassifications(
    const tensorflow::Tensor* classes, const tensorflow::Tensor* scores,
    int64_t examples, const MemoryCharge& charge,
    tensorflow::serving::ClassificationResult* result);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_CLASSIFY_H_
